"""Items (事项): one entry of the 权责清单 and everything published about it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: Statutory kinds of the lists' 类型 column.
CATEGORIES = (
    "行政许可",
    "行政处罚",
    "行政强制",
    "行政征收",
    "行政给付",
    "行政检查",
    "行政确认",
    "行政奖励",
    "行政裁决",
    "其他行政权力",
    "公共服务",
    "内部管理",
)
#: Categories of the service list (许昌 2017, 三-4-(3)).
SERVICE_CATEGORIES = ("涉农补贴", "企业服务", "“三资”代理", "政策咨询", "社会公共服务")


class ItemList(StrEnum):
    """The three lists of a township finance office (许昌 2017, 三-4)."""

    POWER = "power"
    RESPONSIBILITY = "responsibility"
    SERVICE = "service"


class LimitUnit(StrEnum):
    """How a time limit is counted."""

    WORKING_DAY = "working-day"
    CALENDAR_DAY = "calendar-day"
    IMMEDIATE = "immediate"
    MONTHLY = "monthly"
    AS_APPROVED = "as-approved"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeLimit:
    """A statutory or promised limit (法定/承诺时限)."""

    #: Number of days; 0 for units that carry no number.
    days: int
    unit: LimitUnit

    def __str__(self) -> str:
        match self.unit:
            case LimitUnit.WORKING_DAY:
                return f"{self.days}个工作日"
            case LimitUnit.CALENDAR_DAY:
                return f"{self.days}日"
            case LimitUnit.IMMEDIATE:
                return "即时办理"
            case LimitUnit.MONTHLY:
                return "按月办理"
            case LimitUnit.AS_APPROVED:
                return "按批复时限"


@dataclass(frozen=True, kw_only=True, slots=True)
class LegalBasis:
    """One article of one version of a statute (设定依据)."""

    #: Short name as in ``processes/statutes.toml``.
    statute: str
    #: Date of the version cited: when it was passed or last amended.
    version: date
    #: Article number ("25", "17-1"); empty for documents that have no articles.
    article: str = ""
    paragraph: str = ""
    subparagraph: str = ""
    #: Line in the BPMN file, or None for data that comes from elsewhere.
    line: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A document the applicant brings (申请材料)."""

    name: str
    #: 原件, 复印件, 电子件 …
    form: str
    copies: int
    #: Who issues it: 申请人自备, 村民委员会 …
    source: str
    required: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry of the lists; owns one procedure version at a time (事项)."""

    #: Item code, unique in an office: ``CZ-JF-001``.
    code: str
    lists: tuple[ItemList, ...]
    #: Statutory kind: 行政给付, 其他行政权力, 公共服务, 内部管理 …
    category: str
    #: One of the five service categories, or empty.
    service_category: str
    #: Exercising body (行使主体).
    body: str
    #: 保留, 取消, 下放, 整合.
    proposal: str
    #: Whom it serves (服务对象).
    audience: str
    #: Way of service (服务方式): 窗口办理, 上门办理 …
    way: str
    promised: TimeLimit | None
    statutory: TimeLimit | None
    #: What the limits leave out, e.g. 公示期不计入.
    limit_note: str
    fee: str
    fee_basis: str
    phone: str
    supervision_phone: str
    place: str
    hours: str
    #: The document that comes out (办理结果).
    result: str
    materials: tuple[Material, ...]
    #: 责任事项, one sentence each.
    responsibilities: tuple[str, ...]
    #: 追责情形, one sentence each.
    accountability: tuple[str, ...]
    version: str
    effective_from: date
    effective_to: date | None
    line: int
    #: Whether an officer who does not hold the post may take a step in an emergency (应急办理).
    emergency: bool = False
    #: Working days after which that has to be reviewed.
    emergency_review_days: int = 3
