"""The figures of a set as one HTML page: by topic, language and style, confusions, confidence, and the worst misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

from bot.evaluation.scoring import Judged, Share, figures, is_right

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1b1b; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .15rem .5rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } tr:nth-child(even) { background: #f5f5f5; }
.map td { width: 1rem; height: 1rem; padding: 0; font-size: .6rem; text-align: center; }
.map th { font-weight: normal; font-size: .7rem; white-space: nowrap; }
.map th.up { writing-mode: vertical-rl; transform: rotate(180deg); }
.bar { display: inline-block; height: .8rem; vertical-align: middle; }
.right { background: #1a6b3c; } .wrong { background: #b3261e; }
"""
_WORST = 25
_BINS = 10


def page(sets: Mapping[str, Sequence[Judged]], why: Callable[[str], str]) -> str:
    """The page for some sets, by name. `why` explains how a message was understood."""
    body = "\n".join(part for name, results in sets.items() for part in _set(name, results, why))
    head = f'<meta charset="utf-8"><title>How messages are understood</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">{head}\n{body}\n</html>\n'


def _set(name: str, results: Sequence[Judged], why: Callable[[str], str]) -> Iterator[str]:
    yield f"<h1>{escape(name)}</h1>"
    yield _table(("figure", "share"), [(figure, str(share)) for figure, share in figures(results).items()])
    keys: dict[str, Callable[[Judged], str]] = {
        "By topic": lambda r: r.message.topic[0],
        "By language": lambda r: r.message.lang,
        "By style": lambda r: r.message.style,
    }
    for title, key in keys.items():
        yield f"<h2>{title}</h2>{_groups(results, key)}"
    yield f"<h2>Confusions</h2>{_map(results)}<h2>Certainty</h2>{_histogram(results)}"
    yield f"<h2>Worst misses</h2>{_misses(results, why)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>\n{body}</table>"


def _groups(results: Sequence[Judged], key: Callable[[Judged], str]) -> str:
    groups: dict[str, list[Judged]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    rows = [
        (
            name,
            str(Share(sum(is_right(r, 1) for r in group), len(group))),
            str(Share(sum(is_right(r, 3) for r in group), len(group))),
            str(Share(sum(r.decision == "answer" for r in group), len(group))),
        )
        for name, group in sorted(groups.items())
    ]
    return _table(("", "top-1", "top-3", "answered directly"), rows)


def _map(results: Sequence[Judged]) -> str:
    """A square for each pair of meant and taken topic, darker the more messages; right ones on the diagonal."""
    pairs = Counter((r.message.topic[0], r.topics[0] if r.topics else "nothing") for r in results)
    topics = sorted({topic for pair in pairs for topic in pair})
    most = max(pairs.values(), default=1)
    head = "<tr><th></th>" + "".join(f'<th class="up">{escape(topic)}</th>' for topic in topics) + "</tr>"
    rows = []
    for meant in topics:
        cells = []
        for taken in topics:
            count = pairs[meant, taken]
            hue = "26,107,60" if meant == taken else "179,38,30"
            shade = 0.15 + 0.85 * count / most if count else 0
            cells.append(f'<td style="background:rgba({hue},{shade:.2f})">{count or ""}</td>')
        rows.append(f"<tr><th>{escape(meant)}</th>{''.join(cells)}</tr>")
    return f'<p>Rows: meant. Columns: taken for.</p><table class="map">{head}{"".join(rows)}</table>'


def _histogram(results: Sequence[Judged]) -> str:
    """How many right and wrong first topics there are at each certainty."""
    right, wrong = Counter[int](), Counter[int]()
    for result in results:
        place = min(int(result.score * _BINS), _BINS - 1)
        (right if is_right(result, 1) else wrong)[place] += 1
    rows = []
    for place in range(_BINS):
        bars = "".join(
            f'<span class="bar {name}" style="width:{count[place] * 3}px"></span> {count[place]} '
            for name, count in (("right", right), ("wrong", wrong))
        )
        rows.append(f"<tr><td>{place / _BINS:.1f}–{(place + 1) / _BINS:.1f}</td><td>{bars}</td></tr>")
    return f"<table><tr><th>certainty</th><th>right (green), wrong (red)</th></tr>{''.join(rows)}</table>"


def _misses(results: Sequence[Judged], why: Callable[[str], str]) -> str:
    """The misses that the bot was surest of, each with its reasons."""
    wrong = sorted((r for r in results if not is_right(r, 1)), key=lambda r: -r.score)[:_WORST]
    return "\n".join(
        f"<h3>{escape(r.message.id)}: {escape(', '.join(r.message.topic))}</h3>"
        f"<p>{escape(r.message.text)}</p><pre>{escape(why(r.message.text))}</pre>"
        for r in wrong
    )
