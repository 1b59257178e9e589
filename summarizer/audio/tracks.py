"""Choose the sound tracks of a file that have the voice, and mix them where several people have one each.

A recorder may write the desktop and the microphone, or both ends of a call, into tracks of their own; a film has the
same words in several languages. Where voices take turns, every track is needed. Where they talk at the same time, the
tracks are versions of one another, and a mix could not be understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from summarizer.audio.decoder import RATE, Track
from summarizer.audio.voice_activity import Stretch, VoiceActivity
from summarizer.records import NoteKind, RecordingNote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Block = NDArray[np.int16]

MIN_VOICE = 1.0  # seconds of voice; a track with less has none
SAME_LENGTH = 0.98  # share of the longest voice with which an earlier track is preferred
# Share of a track's loud voice that is at the time of another's, above which both are versions of the same. Real
# conversations overlap by 5 to 20 %; two readings without turns, by 70 % and more.
OVERLAP = 0.5
STEP = RATE // 2  # samples for which a track has one loudness
ECHO = 10 ** (15 / 20)  # by how much a voice from the loudspeaker is quieter than that of the person at the microphone
QUIET = 32  # largest sample of a silent track: -60 dB
# ISO 639-2 (both forms, where there are two) and ISO 639-1 of the languages that films and talks are dubbed in.
_CODES = (
    "eng en deu de ger de fra fr fre fr spa es ita it por pt nld nl dut nl pol pl rus ru ukr uk ces cs cze cs slk "
    "sk slo sk slv sl hrv hr srp sr bul bg ron ro rum ro hun hu ell el gre el tur tr ara ar heb he fas fa per fa "
    "hin hi ben bn tam ta tel te urd ur zho zh chi zh jpn ja kor ko vie vi tha th ind id msa ms may ms swe sv nor "
    "no dan da fin fi isl is ice is est et lav lv lit lt cat ca eus eu baq eu glg gl cym cy wel cy gle ga sqi sq "
    "alb sq mkd mk mac mk "
).split()
_SHORT = dict(zip(_CODES[::2], _CODES[1::2], strict=True))


@dataclass(frozen=True)
class Voice:
    """Where one track has a voice."""

    stretches: tuple[Stretch, ...] = ()  # with the padding of voice activity detection
    loud: frozenset[int] = frozenset()  # numbers of the steps with a voice that is not an echo
    seconds: float = 0.0  # of voice


@dataclass(frozen=True)
class Choice:
    """The tracks to use. All of the first is heard, and of the others the stretches of voice."""

    tracks: tuple[Track, ...]
    voices: tuple[Voice, ...]  # of `tracks`
    note: RecordingNote


def survey(blocks: Iterable[Block]) -> Voice:
    """Find the voice of one track in all its samples, 16 kHz."""
    import numpy as np

    activity, skipped, stretches = VoiceActivity(), 0, list[Stretch]()
    levels: list[NDArray[np.float32]] = []
    heard = False
    for block in blocks:
        padded = np.zeros(-(-block.size // STEP) * STEP, dtype=np.float32)
        padded[: block.size] = block
        levels.append(np.sqrt((padded.reshape(-1, STEP) ** 2).mean(axis=1)))
        heard = heard or bool(block.size and np.abs(block.astype(np.int32)).max() > QUIET)
        if heard:
            stretches += activity.feed(block)
        else:  # silent tracks are frequent, and detection takes as long as decoding
            skipped += block.size
    stretches += activity.finish() if heard else []
    voice = [(start + skipped, end + skipped) for start, end in stretches]
    spoken = [(start + activity.padding, end - activity.padding) for start, end in voice]
    return Voice(
        stretches=tuple(voice),
        loud=_find_loud_steps([step for step in spoken if step[1] > step[0]], np.concatenate([*levels, np.zeros(1)])),
        seconds=sum(max(0, end - start) for start, end in spoken) / RATE,
    )


def _find_loud_steps(spoken: Sequence[Stretch], levels: NDArray[np.float64]) -> frozenset[int]:
    """The steps with a voice that is nearly as loud as the track's loudest ones."""
    import numpy as np

    steps = sorted({step for start, end in spoken for step in range(start // STEP, -(-end // STEP))})
    if not steps:
        return frozenset()
    least = float(np.quantile(levels[steps], 0.95)) / ECHO
    return frozenset(step for step in steps if levels[step] >= least)


def choose_tracks(tracks: Sequence[Track], language: str, listen: Callable[[Track], Voice | None]) -> Choice | None:
    """Choose tracks by language and voice; None when no track has any sound.

    `language` is the preferred one, ISO 639-1, or empty. `listen` finds the voice of a track, None for a track without
    samples; it is called for the other languages, and for commentaries, only if the preferred tracks have no voice.
    """
    ordinary = [track for track in tracks if not track.alternative]
    languages = {code for track in ordinary if (code := to_short_code(track.language))}
    preferred = _prefer_language(ordinary, language, languages)
    groups = [preferred, [t for t in ordinary if t not in preferred], [t for t in tracks if t.alternative]]
    silent: list[tuple[Track, Voice]] = []
    for group in groups:
        heard = [(track, voice) for track in group if (voice := listen(track)) is not None]
        voiced = [(track, voice) for track, voice in heard if voice.seconds >= MIN_VOICE]
        if voiced:
            return _choose_in_group(
                voiced, len(tracks), to_short_code(voiced[0][0].language) if languages else "", languages
            )
        silent += heard
    return _make_choice("track_chosen", silent[:1], len(tracks)) if silent else None


def to_short_code(language: str) -> str:
    """The ISO 639-1 code of a container's language, or its own code if it is not known; empty for no language."""
    code = language.lower().replace("_", "-").split("-")[0]
    known = (
        len(code) in {2, 3} and code.isascii() and code.isalpha() and code not in {"und", "mul", "zxx", "mis", "qaa"}
    )
    return _SHORT.get(code, code) if known else ""


def _prefer_language(tracks: Sequence[Track], language: str, languages: set[str]) -> list[Track]:
    """The tracks in the language to use; all of them, where they do not state several."""
    if len(languages) < 2:
        return list(tracks)
    first = next((track for track in tracks if track.default), tracks[0])
    wanted = language if language in languages else to_short_code(first.language)
    return [track for track in tracks if to_short_code(track.language) == wanted]


def _choose_in_group(voiced: Sequence[tuple[Track, Voice]], total: int, language: str, languages: set[str]) -> Choice:
    """Choose among tracks with a voice: the first of those with nearly the most voice, and those that take turns."""
    enough = SAME_LENGTH * max(voice.seconds for _, voice in voiced)
    main = next(item for item in voiced if item[1].seconds >= enough)
    chosen, covered = [main], set(main[1].loud)
    for item in sorted(voiced, key=lambda item: -item[1].seconds):
        loud = item[1].loud
        if item is not main and len(loud & covered) < OVERLAP * len(loud):
            chosen.append(item)
            covered |= loud
    kind: NoteKind = "tracks_mixed" if len(chosen) > 1 else "version_chosen" if len(voiced) > 1 else "track_chosen"
    if len(languages) > 1 and len(chosen) == 1:
        return _make_choice("language_chosen", chosen, total, language)
    return _make_choice(kind, chosen, total)


def _make_choice(kind: NoteKind, chosen: Sequence[tuple[Track, Voice]], total: int, language: str = "") -> Choice:
    numbers = tuple(sorted(track.number + 1 for track, _ in chosen))
    return Choice(
        tracks=tuple(track for track, _ in chosen),
        voices=tuple(voice for _, voice in chosen),
        note=RecordingNote(kind=kind, tracks=numbers, total=total, language=language),
    )


def mix(streams: Sequence[Iterator[Block]], voices: Sequence[Voice]) -> Iterator[Block]:
    """Yield the first of several tracks, with the stretches of voice of the others added.

    The streams yield blocks of equal size until they end. What is outside of the stretches, such as music from the
    desktop, would only disturb the voice of the first.
    """
    import numpy as np

    empty, position = np.zeros(0, dtype=np.int16), 0
    for blocks in zip_longest(*streams, fillvalue=empty):
        mixed = np.zeros(max(block.size for block in blocks), dtype=np.int32)
        mixed[: blocks[0].size] = blocks[0]
        for block, voice in zip(blocks[1:], voices[1:], strict=True):
            for start, end in voice.stretches:
                part = slice(max(0, start - position), min(block.size, end - position))
                if part.start < part.stop:
                    mixed[part] += block[part]
        position += mixed.size
        yield mixed.clip(-32768, 32767).astype(np.int16)
