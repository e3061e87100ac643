"""An office played through the command alone: its items, its officers, what they type."""

import re

from click.testing import CliRunner, Result

from engine.cli.main import qingdan
from engine.model.errors import QingdanError
from tests.cases.drawings import field, line, process, step

FILE = process(
    "p",
    step("accept", field("note", label="说明", required="true"), duty="accept", post="受理窗口"),
    step(
        "examine",
        field("sum", "money", label="金额", required="true"),
        duty="examine",
        post="资金监管",
    ),
    step("approve", field("scan", "file", label="批件"), duty="approve", post="所长"),
    line("start", "accept", "examine", "approve", "end"),
    code="T-1",
)


def signed(name: str, code: str, **rule: str) -> bytes:
    """An item whose second step several decide; it may be taken in an emergency."""
    return process(
        name,
        step("accept", duty="accept", post="受理窗口"),
        step(
            "examine",
            field("opinion", "choice", label="意见", required="true", options="同意|不同意"),
            duty="examine",
            post="资金监管",
            **rule,
        ),
        line("start", "accept", "examine", "end"),
        code=code,
    ).replace(b'version="1"', b'version="1" emergency="true"')


FILES = {
    "p": FILE,
    "joint": signed("joint", "T-2", sign="all", persons="2"),
    "one": signed("one", "T-3", sign="any", persons="2"),
    "permit": process(
        "permit",
        step("look", post="受理窗口"),
        line("start", "look", "end"),
        extensions='<qd:item code="T-5" lists="service" category="行政许可" body="财政所" '
        'version="1" effectiveFrom="2026-01-01" promised="10" promisedUnit="working-day" '
        'statutory="20" statutoryUnit="working-day"/>',
    ),
    "vote": signed("vote", "T-4", sign="vote", persons="3", quorum="3"),
}
ROSTER = """
office = "示范镇财政所"
[[officer]]
id = "ding"
name = "丁一"
posts = ["受理窗口"]
[[officer]]
id = "jian"
name = "简二"
posts = ["资金监管"]
[[officer]]
id = "dong"
name = "董三"
posts = ["资金监管"]
[[officer]]
id = "zhang"
name = "张四"
posts = ["所长"]
[[officer]]
id = "bro"
name = "赵玉田"
posts = ["资金监管"]
[[officer.relative]]
name = "赵大田"
relation = "兄弟"
"""
#: Options with what people write in their own words, or who they are.
PERSONAL = re.compile(r"--(?:applicant|reason|text|set \w+=|corrections|notice)[ =]?(\S+)")


class Run:
    """The command, as officers type it."""

    def __init__(self) -> None:
        self.said: set[str] = set()

    def _invoke(self, line: str) -> Result:
        self.said.update(PERSONAL.findall(line))
        return CliRunner().invoke(qingdan, line.split())

    def __call__(self, line: str) -> str:
        """What a command prints that does what it is asked."""
        result = self._invoke(line)
        assert (result.exit_code, result.exception) == (0, None), (line, result.output)
        return result.output

    def refused(self, line: str) -> str:
        """Why a command is refused."""
        result = self._invoke(line)
        assert isinstance(result.exception, QingdanError), (line, result.output)
        return str(result.exception)
