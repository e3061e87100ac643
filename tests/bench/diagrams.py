"""Plain BPMN models of chosen sizes."""

_HEAD = (
    '<?xml version="1.0"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">'
    '<process id="p"><startEvent id="start"/><endEvent id="end"/>'
)


def parallel(branches: int) -> bytes:
    """A parallel split into so many branches of one step."""
    parts = [
        _HEAD,
        '<parallelGateway id="split"/><parallelGateway id="join"/>',
        '<sequenceFlow id="first" sourceRef="start" targetRef="split"/>',
        '<sequenceFlow id="last" sourceRef="join" targetRef="end"/>',
    ]
    for n in range(branches):
        parts.append(
            f'<task id="t{n}"/><sequenceFlow id="i{n}" sourceRef="split" targetRef="t{n}"/>'
            f'<sequenceFlow id="o{n}" sourceRef="t{n}" targetRef="join"/>'
        )
    return ("".join(parts) + "</process></definitions>").encode()


def crossing(branches: int) -> bytes:
    """A parallel split into branches of two choices that cross: no block fits them."""
    parts = [_HEAD, '<parallelGateway id="split"/><parallelGateway id="join"/>']
    flows = [("start", "split"), ("join", "end")]
    for n in range(branches):
        parts += [f'<exclusiveGateway id="x{n}{k}"/>' for k in range(3)]
        parts += [f'<task id="t{n}{k}"/>' for k in range(4)]
        parts.append(f'<exclusiveGateway id="y{n}"/>')
        ways = [("split", "x0"), ("x0", "t0"), ("x0", "t1"), ("t0", "x1"), ("t1", "x2")]
        ways += [("x1", "t2"), ("t2", "x2"), ("x1", "y"), ("x2", "t3"), ("t3", "y"), ("y", "join")]
        for way in ways:
            source, target = (_named(end, n) for end in way)
            flows.append((source, target))
    parts += [
        f'<sequenceFlow id="f{i}" sourceRef="{source}" targetRef="{target}"/>'
        for i, (source, target) in enumerate(flows)
    ]
    return ("".join(parts) + "</process></definitions>").encode()


def _named(end: str, branch: int) -> str:
    return end if end in ("split", "join") else f"{end[0]}{branch}{end[1:]}"


def mixed(steps: int) -> bytes:
    """A chain of blocks in turn exclusive, parallel, loop and plain; four steps each."""
    parts = [_HEAD]
    last, number = "start", 0

    def flow(source: str, target: str) -> None:
        parts.append(
            f'<sequenceFlow id="f{len(parts)}" sourceRef="{source}" targetRef="{target}"/>'
        )

    for block in range(steps // 4):
        kind = ("exclusive", "parallel", "loop", "plain")[block % 4]
        names = [f"t{number + n}" for n in range(4)]
        number += 4
        parts.extend(f'<task id="{name}"/>' for name in names)
        if kind in ("exclusive", "parallel"):
            for end in ("split", "join"):
                parts.append(f'<{kind}Gateway id="{end}{block}"/>')
            flow(last, f"split{block}")
            for left, right in (names[:2], names[2:]):
                flow(f"split{block}", left)
                flow(left, right)
                flow(right, f"join{block}")
            last = f"join{block}"
            continue
        if kind == "loop":
            parts.append(
                f'<exclusiveGateway id="again{block}"/><exclusiveGateway id="back{block}"/>'
            )
            flow(last, f"back{block}")
            last = f"back{block}"
        for name in names:
            flow(last, name)
            last = name
        if kind == "loop":
            flow(last, f"again{block}")
            flow(f"again{block}", f"back{block}")
            last = f"again{block}"
    flow(last, "end")
    return ("".join(parts) + "</process></definitions>").encode()
