"""The one table of the ``qd:`` extension elements.

The reader, the XSD, the moddle descriptor and the element templates all come
from :data:`ELEMENTS`; adding a row here is the whole change of the format.
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.batch import BatchSum
from engine.model.item import CATEGORIES, SERVICE_CATEGORIES, ItemList, LimitUnit
from engine.model.mark import ClockEvent
from engine.model.procedure import FieldType
from engine.model.signing import Majority, SignMode
from engine.model.wording import say

#: Namespace of the extension elements; prefix ``qd``.
NAMESPACE = "urn:qingdan:bpmn:1.0"
PREFIX = "qd"


class Kind(StrEnum):
    """How an attribute's text is read."""

    TEXT = "text"
    #: Decimal digits, not negative.
    INTEGER = "integer"
    #: A number with at most two decimals, perhaps negative.
    DECIMAL = "decimal"
    #: ``true`` or ``false``.
    BOOLEAN = "boolean"
    #: ``2026-03-01``.
    DATE = "date"
    #: One of the attribute's choices.
    CHOICE = "choice"
    #: Several of the attribute's choices, separated by spaces.
    CHOICES = "choices"
    #: Several words separated by spaces or by ``|``.
    WORDS = "words"
    #: An ASCII identifier usable in expressions.
    IDENTIFIER = "identifier"
    #: An expression of the safe language.
    EXPRESSION = "expression"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute of an extension element."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    #: What a designer writes here, in Chinese.
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One extension element."""

    name: str
    #: Local names of the BPMN or ``qd:`` elements it may stand in.
    parents: tuple[str, ...]
    #: Whether it may stand there more than once.
    repeatable: bool
    attributes: tuple[Attribute, ...]
    meaning: str

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, or None."""
        return next((a for a in self.attributes if a.name == name), None)


def _text(name: str, meaning: str, *, required: bool = False) -> Attribute:
    return Attribute(name=name, meaning=meaning, required=required)


def _number(name: str, meaning: str) -> Attribute:
    return Attribute(name=name, kind=Kind.INTEGER, meaning=meaning)


def _flag(name: str, meaning: str) -> Attribute:
    return Attribute(name=name, kind=Kind.BOOLEAN, meaning=meaning)


def _unit(name: str, meaning: str) -> Attribute:
    return Attribute(name=name, kind=Kind.CHOICE, choices=tuple(LimitUnit), meaning=meaning)


#: Elements a ``qd:step`` may annotate.
STEP_HOSTS = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
)

_FIELD = (
    Attribute(
        name="name", kind=Kind.IDENTIFIER, required=True, meaning="字段名，英文，表达式里用它"
    ),
    _text("label", "显示的名称", required=True),
    Attribute(
        name="type",
        kind=Kind.CHOICE,
        required=True,
        choices=tuple(FieldType),
        meaning="字段类型",
    ),
    Attribute(name="required", kind=Kind.BOOLEAN, meaning="是否必填，缺省为否"),
    Attribute(name="options", kind=Kind.WORDS, meaning="选项，用“|”分隔"),
    _text("unit", "计量单位，如 元、亩、户"),
    _text("help", "填写说明"),
    _text("default", "缺省值"),
    Attribute(name="min", kind=Kind.DECIMAL, meaning="数字或金额的最小值"),
    Attribute(name="max", kind=Kind.DECIMAL, meaning="数字或金额的最大值"),
    Attribute(name="whole", kind=Kind.BOOLEAN, meaning="只能填整数"),
)

ELEMENTS: tuple[Element, ...] = (
    Element(
        name="item",
        parents=("process",),
        repeatable=False,
        meaning="事项：有它的流程是清单上的一项，没有的是子流程",
        attributes=(
            _text("code", "事项编码", required=True),
            Attribute(
                name="lists",
                kind=Kind.CHOICES,
                required=True,
                choices=tuple(ItemList),
                meaning="所属清单：power 权力、responsibility 责任、service 服务",
            ),
            Attribute(
                name="category",
                kind=Kind.CHOICE,
                required=True,
                choices=CATEGORIES,
                meaning="事项类型",
            ),
            Attribute(
                name="serviceCategory",
                kind=Kind.CHOICE,
                choices=SERVICE_CATEGORIES,
                meaning="服务清单的类别",
            ),
            _text("body", "行使主体或承办机构", required=True),
            Attribute(
                name="proposal",
                kind=Kind.CHOICE,
                choices=("保留", "取消", "下放", "整合"),
                meaning="处理意见",
            ),
            _text("audience", "服务对象"),
            _text("way", "服务方式"),
            _number("promised", "承诺时限的天数"),
            _unit("promisedUnit", "承诺时限的单位"),
            _number("statutory", "法定时限的天数"),
            _unit("statutoryUnit", "法定时限的单位"),
            _text("limitNote", "时限的说明，如 公示期不计入"),
            _text("fee", "收费标准；不收费写 不收费"),
            _text("feeBasis", "收费依据"),
            _text("phone", "服务电话"),
            _text("supervisionPhone", "监督电话"),
            _text("place", "办理地点"),
            _text("hours", "办理时间"),
            _text("result", "办理结果"),
            _flag("emergency", "紧急时可由不在岗位的人员应急办理，事后审核，缺省为否"),
            _number("emergencyReviewDays", "应急办理后几个工作日内审核，缺省为 3"),
            _text("version", "版本", required=True),
            Attribute(name="effectiveFrom", kind=Kind.DATE, required=True, meaning="生效日期"),
            Attribute(name="effectiveTo", kind=Kind.DATE, meaning="失效日期"),
        ),
    ),
    Element(
        name="material",
        parents=("item",),
        repeatable=True,
        meaning="申请材料",
        attributes=(
            _text("name", "材料名称", required=True),
            _text("form", "原件、复印件或电子件", required=True),
            _number("copies", "份数，缺省为 1"),
            _text("source", "来源", required=True),
            Attribute(name="required", kind=Kind.BOOLEAN, meaning="是否必备，缺省为是"),
        ),
    ),
    Element(
        name="responsibility",
        parents=("item",),
        repeatable=True,
        meaning="责任事项",
        attributes=(_text("content", "责任事项的内容，一句话", required=True),),
    ),
    Element(
        name="accountability",
        parents=("item",),
        repeatable=True,
        meaning="追责情形",
        attributes=(_text("content", "追责情形的内容，一句话", required=True),),
    ),
    Element(
        name="legalBasis",
        parents=("process", "step"),
        repeatable=True,
        meaning="设定依据：一部法规的一个版本的一条",
        attributes=(
            _text("statute", "法规简称，见 processes/statutes.toml", required=True),
            Attribute(
                name="version",
                kind=Kind.DATE,
                required=True,
                meaning="所引版本的通过或修正日期",
            ),
            _text("article", "条"),
            _text("paragraph", "款"),
            _text("subparagraph", "项"),
        ),
    ),
    Element(
        name="separate",
        parents=("process",),
        repeatable=True,
        meaning="这些环节必须由不同的人办",
        attributes=(
            Attribute(name="steps", kind=Kind.WORDS, required=True, meaning="环节编号"),
            _text("reason", "理由"),
        ),
    ),
    Element(
        name="bind",
        parents=("process",),
        repeatable=True,
        meaning="这些环节必须由同一个人办；几个人办的，由同一班人办，人少的在人多的里面",
        attributes=(
            Attribute(name="steps", kind=Kind.WORDS, required=True, meaning="环节编号"),
            _text("reason", "理由"),
        ),
    ),
    Element(
        name="object",
        parents=("process",),
        repeatable=True,
        meaning="业务对象：跨办件、跨事项的同一笔资金、凭证或合同",
        attributes=(
            _text("kind", "对象种类", required=True),
            Attribute(
                name="key", kind=Kind.EXPRESSION, required=True, meaning="求出对象编号的表达式"
            ),
        ),
    ),
    Element(
        name="suppress",
        parents=("process",),
        repeatable=True,
        meaning="本流程不报某条规则，须写理由",
        attributes=(
            _text("rule", "规则编号", required=True),
            _text("reason", "理由", required=True),
            _text("element", "只对这个元素有效"),
        ),
    ),
    Element(
        name="step",
        parents=STEP_HOSTS,
        repeatable=False,
        meaning="环节",
        attributes=(
            _text("duty", "职责，见 processes/duties.toml"),
            _text("post", "岗位；不写时就是所在泳道"),
            _text("group", "显示时合并的泳道"),
            _number("limit", "时限的天数"),
            _unit("limitUnit", "时限的单位"),
            _number("statutory", "法律对本环节规定的时限的天数"),
            _unit("statutoryUnit", "法律对本环节规定的时限的单位"),
            _number("persons", "至少几人共同办理；写了 sign 时，是签署的人数"),
            Attribute(
                name="sign",
                kind=Kind.CHOICE,
                choices=tuple(SignMode),
                meaning=(
                    "由 persons 人各自签署：all 会签（都同意才算同意）、any 或签（第一个人定）、"
                    "vote 票签；按第一个选择字段签，第一个选项是同意"
                ),
            ),
            _number("quorum", "票签至少几人投票才计票，缺省为 persons"),
            Attribute(
                name="majority",
                kind=Kind.CHOICE,
                choices=tuple(Majority),
                meaning="票签通过所需：half 投票人的过半数（缺省）、two-thirds 三分之二以上",
            ),
            _flag("external", "由外单位办理，本所只登记"),
            _text("recorder", "外单位环节由本所哪个岗位登记"),
            _flag("offClock", "不计入事项的承诺时限，理由写在 qd:item 的 limitNote"),
            _text("guide", "办理要点"),
        ),
    ),
    Element(
        name="clock",
        parents=("step",),
        repeatable=True,
        meaning="本环节办结时办件的时限怎样变动；不写时，受理职责即受理，送达职责即送达",
        attributes=(
            Attribute(
                name="event",
                kind=Kind.CHOICE,
                required=True,
                choices=tuple(ClockEvent),
                meaning=(
                    "accepted 受理、refused 不予受理、corrections-asked 一次性告知补正、"
                    "corrected 收到补正、decided 办结、delivered 送达"
                ),
            ),
            Attribute(name="when", kind=Kind.EXPRESSION, meaning="只在表达式成立时；不写时总是"),
        ),
    ),
    Element(
        name="field",
        parents=("step",),
        repeatable=True,
        meaning="表单字段",
        attributes=(
            *_FIELD,
            Attribute(name="key", kind=Kind.IDENTIFIER, meaning="改写它会使这个事实重新判断"),
            Attribute(name="rows", kind=Kind.IDENTIFIER, meaning="表格的初始行取自这个表格字段"),
            Attribute(
                name="sum", kind=Kind.CHOICE, choices=tuple(BatchSum), meaning=say("reconcile.sum")
            ),
        ),
    ),
    Element(
        name="column",
        parents=("field",),
        repeatable=True,
        meaning="表格的一列",
        attributes=(
            *_FIELD,
            Attribute(name="unique", kind=Kind.BOOLEAN, meaning="同一张表里不能重复"),
        ),
    ),
    Element(
        name="document",
        parents=("step",),
        repeatable=True,
        meaning="本环节出具的文书",
        attributes=(_text("name", "文书名称", required=True),),
    ),
    Element(
        name="risk",
        parents=("step",),
        repeatable=True,
        meaning="廉政风险点",
        attributes=(
            Attribute(
                name="level",
                kind=Kind.CHOICE,
                required=True,
                choices=("高", "中", "低"),
                meaning="风险等级",
            ),
            _text("form", "表现形式", required=True),
            _text("measure", "防控措施", required=True),
            _text("post", "责任岗位；不写时就是环节的岗位"),
        ),
    ),
    Element(
        name="children",
        parents=("callActivity",),
        repeatable=False,
        meaning="一行一个子办件：对表格的每一行开一个被调用流程的办件",
        attributes=(
            Attribute(name="rows", kind=Kind.IDENTIFIER, required=True, meaning="表格字段的名字"),
            Attribute(
                name="person", kind=Kind.IDENTIFIER, required=True, meaning="写着户主姓名的列"
            ),
            Attribute(name="idCard", kind=Kind.IDENTIFIER, meaning="写着身份证号的列"),
        ),
    ),
    Element(
        name="condition",
        parents=("sequenceFlow",),
        repeatable=False,
        meaning="这条流向代表的事实；两个网关写同一个事实就会一致",
        attributes=(
            Attribute(name="key", kind=Kind.IDENTIFIER, required=True, meaning="事实的名字"),
            _text("value", "事实的取值", required=True),
        ),
    ),
)

BY_NAME = {element.name: element for element in ELEMENTS}
