"""The checks of the reconciliation, by what they look at. `core.reconcile` lists them in order."""
