"""Signed notes and checkpoints are read strictly, and only from those who are trusted."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.checkpoints import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from contracts.signed_notes import (
    MOST_BYTES,
    MOST_SIGNATURES,
    NoteSigner,
    NoteVerifier,
    open_note,
    parse_note,
    sign_note,
)

ORIGIN = "hub.example/ledger"
SIGNER = NoteSigner(name=ORIGIN, seed=bytes(range(32)))
OTHER = NoteSigner(name="witness.example", seed=bytes(32))
NAMESAKE = NoteSigner(name=ORIGIN, seed=b"\x07" * 32)
TEXT = "the first line\n\nanother, ünd än accent\n"
ROOT = bytes(range(32, 64))
ROOT_TEXT = b64encode(ROOT).decode()
NOTE = sign_note(TEXT, [SIGNER])
LINE = NOTE.rpartition("\n\n")[2]
DASH = "\N{EM DASH} "


def test_a_note_opens_for_those_who_know_a_signer() -> None:
    note = sign_note(TEXT, [OTHER, SIGNER]).encode()

    assert open_note(note, [SIGNER.verifier]) == TEXT
    assert open_note(note, [OTHER.verifier, SIGNER.verifier]) == TEXT
    assert [each.name for each in parse_note(note).signatures] == [OTHER.name, SIGNER.name]


def test_keys_have_text_forms_that_are_read_back() -> None:
    assert NoteVerifier.parse(str(SIGNER.verifier)) == SIGNER.verifier
    assert NoteSigner.parse(SIGNER.secret_text()) == SIGNER
    assert SIGNER.secret_text().startswith(f"PRIVATE+KEY+{ORIGIN}+")
    assert b64encode(SIGNER.seed).decode() not in repr(SIGNER)


@pytest.mark.parametrize("verifiers", [[], [OTHER.verifier], [NAMESAKE.verifier]])
def test_a_note_of_strangers_is_not_opened(verifiers: list[NoteVerifier]) -> None:
    with pytest.raises(ValueError, match="no known key"):
        open_note(NOTE.encode(), verifiers)


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    false = sign_note("something else\n", [OTHER]).rpartition("\n\n")[2]

    with pytest.raises(ValueError, match=r"signature of witness\.example is false"):
        open_note((NOTE + false).encode(), [SIGNER.verifier, OTHER.verifier])
    assert open_note((NOTE + false).encode(), [SIGNER.verifier]) == TEXT


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
@settings(max_examples=400, deadline=None)
def test_no_bit_of_a_note_can_be_flipped(bit: int) -> None:
    changed = bytearray(NOTE.encode())
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(ValueError, match=r"^(a|an|the|no) "):
        open_note(bytes(changed), [SIGNER.verifier])


@pytest.mark.parametrize(
    ("note", "says"),
    [
        (b"", "blank line"),
        (TEXT.encode(), "begins with an em dash"),
        (NOTE[:-1].encode(), "blank line"),
        (f"{TEXT}{LINE}".encode(), "em dash"),
        (f"{NOTE}\n".encode(), "blank line"),
        (NOTE.replace("\n", "\r\n").encode(), "control character"),
        (NOTE.replace("accent", "acc\tent").encode(), "control character"),
        (NOTE.encode("latin-1", "replace"), "UTF-8"),
        (NOTE.replace(DASH, "- ").encode(), "em dash"),
        (NOTE.replace(f"{DASH}{ORIGIN} ", DASH + ORIGIN).encode(), "a key name and a signature"),
        (NOTE.replace(ORIGIN, "").encode(), "key name"),
        (NOTE.replace(ORIGIN, "hub+example").encode(), "key name"),
        (NOTE.replace(ORIGIN, "hub\N{NO-BREAK SPACE}example").encode(), "key name"),
        (NOTE.replace("=\n", "\n").encode(), "base64"),
        (f"{TEXT}\n{DASH}{ORIGIN} {b64encode(b'four').decode()}\n".encode(), "one byte more"),
        (f"{TEXT}\n{LINE * (MOST_SIGNATURES + 1)}".encode(), "at most 100 signatures"),
        (f"{'x' * MOST_BYTES}\n\n{LINE}".encode(), "bytes"),
    ],
)
def test_a_note_that_is_not_formed_as_it_should_is_refused(note: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        open_note(note, [SIGNER.verifier])


def test_base64_has_one_spelling() -> None:
    signed = LINE.split(" ")[2].strip()
    assert signed.endswith("=")
    loose = signed[:-2] + chr(ord(signed[-2]) + 1) + "="

    with pytest.raises(ValueError, match="one spelling"):
        open_note(NOTE.replace(signed, loose).encode(), [SIGNER.verifier])


@pytest.mark.parametrize(
    ("text", "signers", "says"),
    [
        (TEXT, [], "at least one"),
        ("no newline", [SIGNER], "ends in a newline"),
        ("a\x00b\n", [SIGNER], "control character"),
        (TEXT, [NoteSigner(name="two words", seed=bytes(32))], "key name"),
    ],
)
def test_what_could_not_be_opened_is_not_signed(
    text: str, signers: list[NoteSigner], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        sign_note(text, signers)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("hub.example", "a name, an id and a key"),
        (f"{ORIGIN}+00000000+{b64encode(b'1' * 33).decode()}", "not one for Ed25519"),
        (f"{ORIGIN}+00000000+{b64encode(bytes([1]) * 33).decode()}", "id does not fit"),
        (str(SIGNER.verifier)[:-4], "base64|not one for Ed25519"),
        (str(SIGNER.verifier).replace(ORIGIN, "hub example"), "key name"),
        (str(SIGNER.verifier).replace(ORIGIN, "hub.example/other"), "id does not fit"),
    ],
)
def test_a_key_that_is_not_one_is_refused_without_showing_it(key: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        NoteVerifier.parse(key)
    with pytest.raises(ValueError, match=says) as caught:
        NoteSigner.parse(f"PRIVATE+KEY+{key}")
    assert key.rpartition("+")[2] not in str(caught.value)
    with pytest.raises(ValueError, match="begins with PRIVATE"):
        NoteSigner.parse(key)


def test_two_keys_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="the same name and key id"):
        open_note(NOTE.encode(), [SIGNER.verifier, SIGNER.verifier])


def test_a_checkpoint_says_what_was_signed() -> None:
    note = sign_checkpoint(SIGNER, 70_000, ROOT)

    assert note.startswith(f"{ORIGIN}\n70000\n{ROOT_TEXT}\n\n{DASH}{ORIGIN} ")
    assert open_checkpoint(note.encode(), SIGNER.verifier) == Checkpoint(
        origin=ORIGIN, size=70_000, root=ROOT
    )


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = sign_note(f"another.example/log\n1\n{ROOT_TEXT}\n", [SIGNER])

    with pytest.raises(ValueError, match="another log"):
        open_checkpoint(note.encode(), SIGNER.verifier)


def test_lines_after_the_root_are_kept_as_they_are() -> None:
    checkpoint = parse_checkpoint(f"{ORIGIN}\n0\n{ROOT_TEXT}\nmore\nand more\n")

    assert (checkpoint.size, checkpoint.extensions) == (0, ("more", "and more"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{ORIGIN}\n1\n{ROOT_TEXT}", "newline"),
        (f"{ORIGIN}\n1\n", "an origin, a size and a root"),
        (f"\n1\n{ROOT_TEXT}\n", "no empty line"),
        (f"{ORIGIN}\n1\n{ROOT_TEXT}\n\nmore\n", "no empty line"),
        (f"{ORIGIN}\n01\n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n-1\n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n+1\n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n1 \n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n\N{ARABIC-INDIC DIGIT ONE}\n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n{2**63}\n{ROOT_TEXT}\n", "size"),
        (f"{ORIGIN}\n1\n{ROOT_TEXT[:-4]}\n", "32 bytes|base64"),
        (f"{ORIGIN}\n1\n{b64encode(ROOT + ROOT).decode()}\n", "32 bytes"),
        (f"{ORIGIN}\n1\n{ROOT.hex()}\n", "base64|32 bytes"),
    ],
)
def test_a_checkpoint_that_is_not_formed_as_it_should_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_checkpoint(text)


@pytest.mark.parametrize(("size", "root"), [(-1, ROOT), (2**63, ROOT), (1, ROOT[1:])])
def test_nonsense_is_not_signed(size: int, root: bytes) -> None:
    with pytest.raises(ValueError, match="a checkpoint has"):
        sign_checkpoint(SIGNER, size, root)
