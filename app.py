"""The application for a WSGI server; the database and the key come from CLIMATEBUDGET_*."""

from climatebudget.web import create_app

app = create_app()
