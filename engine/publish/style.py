"""Colours and sizes of a wall chart; millimetres on A2, multiplied by the paper's scale."""

#: Ink.
NAVY = "#0f3460"
INK = "#16202c"
QUIET = "#4c5a69"
WHITE = "#ffffff"
RED = "#b8141a"
GOLD = "#f6dc9a"
FLOW = "#21405f"

#: Fields.
HEAD = "#dbe7f3"
LANE = ("#f3f7fb", "#ffffff")
HEAD_OUTSIDE = "#efe6d6"
LANE_OUTSIDE = "#fbf7ef"
RULE = "#a9bdd3"
PANEL = "#f3f7fb"

#: One for each officer of a plan of posts; black type is legible on all of them.
OFFICERS = (
    "#cfe3f6",
    "#fde2b8",
    "#cfeccd",
    "#f7cdd2",
    "#dfd3f2",
    "#fbf3b0",
    "#c9ece8",
    "#f3d6ea",
    "#e3dccb",
    "#d9dee4",
)

#: Shapes: fill, line.
STEP = (WHITE, NAVY)
STEP_OUTSIDE = "#fdfaf3"
DECISION = ("#fff3cf", "#8a6100")
TERMINAL = ("#dff1e2", "#17693a")
WAIT = ("#eee8f7", "#573b8a")
STRIP = "#e8f0f8"
TAG = ("#fdf3d2", "#c79a1e", "#5e4300")
LABEL_BACK = ("#fff1f0", RED)

#: Colour of a risk level; the marker's shape tells it too.
RISK = {"高": "#c3161c", "中": "#d2690a", "低": "#1c63ab"}

MARGIN = 14.0
TITLE_BAND = 47.0
TITLE_RULE = 2.2
TITLE = 21.0
SUBTITLE = 10.5
TITLE_NOTE = 7.0
LANE_HEAD = 17.0
LANE_NAME = 7.2
STEP_NAME_MOST = 12.0
STEP_NAME_LEAST = 6.2
STEP_MOST = 96.0
PITCH_LEAST = 31.0
PITCH_MOST = 64.0
#: Marks grow with the distance of the rows, from this one on, up to this factor.
MARK_PITCH = 36.0
MARK_GROWTH = 1.3
STEP_LINE = 0.9
DISC = 8.4
MARKER = 9.0
#: How far the marks on a step's corners are moved inwards.
MARK_INSET = 2.0
TAG_TEXT = 4.7
TAG_MOST = 6.6
FLOW_LINE = 1.0
EDGE_TEXT = 5.0
LEGEND = 12.0
TABLE_TEXT = 5.3
QR = 46.0
LAST_LINE = 4.7
#: No text on a chart is smaller: 1.5 m of reading distance on a 600 × 900 mm board.
LEAST_TEXT = 4.65
