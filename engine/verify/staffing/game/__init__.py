"""Online staffing: which claim keeps a running case staffable, whatever branch comes.

A case is a game of two players. The **office** chooses officers; the **world**
chooses everything else: outcomes of exclusive and inclusive gateways, how often a
loop turns, how many instances or child cases there are, messages, timers, boundary
events, and when outside parties act.

Position
    Where the tokens are, and the deeds so far: pairs (officer, step). A claim is a
    deed; deeds are never undone, so an interrupted step counts.
Moves
    Gateways act at once. While none can, the world may let any waiting event happen
    (steps of outside parties are such events), and the office may take any open step
    with as many distinct officers as it wants, and finish it. The order of its own
    open steps is the office's; it may not bank on an event coming first.
A claim is allowed
    to an officer with the step's post who is not recused from the case, who did no
    step whose duty conflicts or that is separated from it (a step never conflicts with
    itself; a waiver in force lifts a conflict), who avoids nobody that acted in the
    case, and who did every step bound to it that was done. Bound steps for several persons
    have the same officers, or where one wants more, all of the others'. A loop or another
    instance asks for the step again: from the same officer or another one. Leave today is no
    obstacle to a later step; appointments are those of today.
The office wins
    when no open step is ever without enough allowed officers, however long the game.

A claim is legal when the office can still win after it, or could not win before it
either (then it is allowed with a warning). Deeds only ever take permissions away, so
asking the same officers again never hurts: each step is decided once. That bounds the
game; an assignment good for all steps that one run may execute together wins it at
once, and one run that cannot be staffed loses it. Only between the two is there
anything to search. Neither bound is the answer: each branch may have a staffing when
no choice made before the branch is good for both.

Officers for bound steps of which one wants several are looked for as if they had to be named
now. Where that fails, though no single run is lost, the answer is *unknown*.

A case shows the steps, messages and timers it waits for. Where several positions wait for
the same and the answer is not the same for all of them, it is *unknown*. Among sister cases,
which wait for more than one position does, the office must win from each.

:mod:`.course` is the world's side, played on the plan as :mod:`.unfold` makes it,
:mod:`.seats` the office's, :mod:`.search` the game, :mod:`.claim` the question and its
answer, :mod:`.witness` the reason.
"""

from .claim import CaseState, Doubt, Game, No, Yes, can_finish, course_of, may_claim
from .witness import Exclusion, Witness

__all__ = [
    "CaseState",
    "Doubt",
    "Exclusion",
    "Game",
    "No",
    "Witness",
    "Yes",
    "can_finish",
    "course_of",
    "may_claim",
]
