"""Makes the plots of `benches/results/`; `benches/report` calls it with an interpreter that has matplotlib."""

import re
import sys

sys.dont_write_bytecode = True
import matplotlib  # noqa: E402 - no byte code beside it
import matplotlib.pyplot as plt  # noqa: E402

import results  # noqa: E402
from results import LIMITS, NAMES, PEERS  # noqa: E402

OWN, OTHER, LIMIT = "#c2410c", "#475569", "#0f766e"


def main() -> None:
    # Text stays text, and the same results give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "glassine", "font.family": "sans-serif"})
    peers = results.load("peers")
    jobs(peers)
    ratios(peers)
    growth(peers)
    wire(peers)


def jobs(peers: results.Json) -> None:
    counts = peers["instructions"]
    titles = {"sampled": "is it sampled?", "read": "context and payload", "write": "write both"}
    figure, axes = plt.subplots(1, 3, figsize=(12, 6.4), sharey=True, layout="constrained")
    order = sorted(NAMES, key=lambda peer: counts[f"{peer}/read/sampled/64"], reverse=True)
    for axis, (job, title) in zip(axes, titles.items()):
        for row, peer in enumerate(order):
            count = max(counts[f"{peer}/{job}/sampled/64"], 1)
            axis.plot([1, count], [row, row], color=colour(peer), linewidth=1, alpha=0.4)
            axis.plot(count, row, "o", color=colour(peer), markersize=5)
            axis.annotate(f"{count:,}", (count, row), (6, 0), textcoords="offset points", va="center", fontsize=8)
        axis.set(xscale="log", xlim=(3, 60_000), title=title, xlabel="instructions")
        rows(axis, order)
    figure.suptitle("Instructions of one call: payload of 64 bytes, sampled context (logarithmic)")
    save(figure, "jobs")


def ratios(peers: results.Json) -> None:
    titles = {"sampled": "is it sampled?", "read": "context and payload", "write": "write both"}
    figure, axes = plt.subplots(1, 3, figsize=(12, 6.4), sharey=True, layout="constrained")
    others = [peer for peer in NAMES if peer != "glassine"]
    order = sorted(others, key=lambda peer: peers["ratios"][f"{peer}/read/sampled/64"][1], reverse=True)
    for axis, (job, title) in zip(axes, titles.items()):
        axis.axvline(1, color=OWN, linewidth=1)
        for row, peer in enumerate(order):
            low, median, high = peers["ratios"][f"{peer}/{job}/sampled/64"]
            axis.plot([low, high], [row, row], color=colour(peer), linewidth=3, alpha=0.4)
            axis.plot(median, row, "o", color=colour(peer), markersize=4)
        axis.set(xscale="log", xlim=(0.2, 2000), title=title, xlabel="times the codec's time")
        rows(axis, order)
    figure.suptitle("Time over that of Glassine's codec: median, 10th to 90th percentile (logarithmic)")
    save(figure, "ratios")


def growth(peers: results.Json) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(12, 4.6), layout="constrained")
    shown = ("glassine", "zerocopy_struct", "rkyv", "planus", "postcard", "protobuf_lean", "msgpack_owned", "cloudevents_json")
    lens = list(results.PAYLOADS)
    for axis, job, title in zip(axes, ("read", "write"), ("context and payload", "write both")):
        starts = []
        for peer in shown:
            counts = [peers["instructions"][f"{peer}/{job}/sampled/{len_}"] for len_ in lens]
            style = {"color": OWN, "linewidth": 2.5} if peer == "glassine" else {"color": OTHER, "linewidth": 1}
            axis.plot(lens, counts, marker="o", markersize=3, **style)
            starts.append((counts[0], plain(PEERS[peer]), style["color"]))
        label(axis, lens[0], starts)
        axis.set(xscale="log", yscale="log", title=title, xlabel="payload, bytes", ylabel="instructions")
        axis.set_xticks(lens, list(results.PAYLOADS.values()))
        axis.set_xlim(0.25, 65_536 * 1.5)
        axis.minorticks_off()
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Instructions by the payload's length, sampled context (both axes logarithmic)")
    save(figure, "growth")


def label(axis: plt.Axes, x: int, starts: list[tuple[int, str, str]]) -> None:
    """Names in front of lines, one below the other where lines meet."""
    lowest = 0.0
    for y, name, colour in sorted(starts):
        place = max(y, lowest)
        axis.annotate(name, (x * 0.7, place), ha="right", va="center", fontsize=8, color=colour)
        lowest = place * 1.6


def wire(peers: results.Json) -> None:
    figure, axis = plt.subplots(figsize=(9, 6), layout="constrained")
    size = lambda peer, says: peers["wire"].get(f"{peer}/{says}/64", 64) - 64  # noqa: E731
    order = sorted((peer for peer in PEERS if peer != "glassine_channel"), key=lambda peer: size(peer, "sampled"), reverse=True)
    marks = {
        "none": ({"marker": "o", "fillstyle": "none", "markersize": 9}, "no context"),
        "sampled": ({"marker": "s"}, "sampled"),
        "fields": ({"marker": "D"}, "with tracestate and baggage"),
    }
    style = {"linestyle": "none", "markersize": 5}
    for row, peer in enumerate(order):
        for says, (mark, _) in marks.items():
            if f"{peer}/{says}/64" in peers["wire"]:
                axis.plot(size(peer, says), row, **style | mark, color=colour(peer))
    for mark, text in marks.values():
        axis.plot([], [], **style | mark, color=OTHER, label=text)
    rows(axis, order)
    axis.set(xlabel="bytes beside a payload of 64", xlim=(-5, None))
    axis.legend(frameon=False)
    axis.set_title("Bytes that a message takes beside its payload")
    save(figure, "wire")


def rows(axis: plt.Axes, order: list[str]) -> None:
    axis.set_yticks(range(len(order)), [plain(NAMES[peer]) for peer in order])
    for text, peer in zip(axis.get_yticklabels(), order):
        text.set_color(colour(peer))
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    axis.spines[["top", "right"]].set_visible(False)


def colour(peer: str) -> str:
    return OWN if peer.startswith("glassine") else LIMIT if peer in LIMITS else OTHER


def plain(name: str) -> str:
    """Without the marks of Markdown."""
    return re.sub(r"[*`]", "", name)


def save(figure: plt.Figure, name: str) -> None:
    metadata = {"Date": None, "Description": f"of peers.json, sha256 {results.digest('peers')}"}
    figure.savefig(results.DIRECTORY / f"{name}.svg", metadata=metadata)
    plt.close(figure)


if __name__ == "__main__":
    main()
