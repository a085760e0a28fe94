"""The tables, by noun. Rows stay inside `climatebudget.db`."""

from climatebudget.db.models.base import Model, table
from climatebudget.db.models.budgets import (
    AllowanceFigureRow,
    BudgetYearRow,
    ControlTotalRow,
    PathFigureRow,
    PresentedRow,
    TargetRow,
    VersionRow,
    version_subject,
)
from climatebudget.db.models.editions import (
    AliasRow,
    AreaRow,
    EditionFindingRow,
    EditionRow,
    EmissionRow,
    FilePartRow,
    IntakeRow,
    SourceRow,
    StoredFileRow,
)
from climatebudget.db.models.measures import (
    CostRow,
    EffectFigureRow,
    EffectRow,
    MeasureRow,
    measure_subject,
)
from climatebudget.db.models.people import (
    DepartmentRow,
    MembershipRow,
    MunicipalityNumberRow,
    MunicipalityRow,
    PersonRow,
    SignInRow,
    StagingRow,
)
from climatebudget.db.models.reckonings import (
    AcceptanceRow,
    AdjustmentRow,
    FacilityFigureRow,
    FacilityRow,
    LeftOutRow,
    OverlapGroupRow,
    OverlapMemberRow,
)
from climatebudget.db.models.records import RecordRow
from climatebudget.db.models.tables import TableMappingRow
from climatebudget.db.models.uploads import UploadDayRow

__all__ = [
    "AcceptanceRow",
    "AdjustmentRow",
    "AliasRow",
    "AllowanceFigureRow",
    "AreaRow",
    "BudgetYearRow",
    "ControlTotalRow",
    "CostRow",
    "DepartmentRow",
    "EditionFindingRow",
    "EditionRow",
    "EffectFigureRow",
    "EffectRow",
    "EmissionRow",
    "FacilityFigureRow",
    "FacilityRow",
    "FilePartRow",
    "IntakeRow",
    "LeftOutRow",
    "MeasureRow",
    "MembershipRow",
    "Model",
    "MunicipalityNumberRow",
    "MunicipalityRow",
    "OverlapGroupRow",
    "OverlapMemberRow",
    "PathFigureRow",
    "PersonRow",
    "PresentedRow",
    "RecordRow",
    "SignInRow",
    "SourceRow",
    "StagingRow",
    "StoredFileRow",
    "TableMappingRow",
    "TargetRow",
    "UploadDayRow",
    "VersionRow",
    "measure_subject",
    "table",
    "version_subject",
]
