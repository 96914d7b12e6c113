"""Documents of trainees: their kinds (product.md 3d), what a file must be, and how a file's own bytes say what it is.

A name's ending and a sender's content type are claims; only the bytes count (OWASP, File Upload Cheat Sheet).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from shared.domain.core.errors import Invalid
from shared.domain.documents.rules import document_name

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
MAX_BYTES = 10_000_000
MAX_SENT = 100_000_000
"""What the bucket takes: far more than what counts, because it would refuse in raw XML what we refuse in words of
ours."""
FORM_HOURS = 6
"""How long an upload form works; less where the credentials that signed it end before. With a script it is made when it
is sent."""
EXTENSIONS: Mapping[str, str] = MappingProxyType({PDF: "pdf", JPEG: "jpg", PNG: "png"})
ANY_TYPE = (PDF, JPEG, PNG)
FOLDER, KEPT_FOLDER = "uploads", "kept"
"""Where forms write, for what was sent; and what counts, where no form can write. The bucket empties the first after a
day (`infra/data.yaml`)."""
_KEY = re.compile(r"uploads/(?P<account>[0-9a-z-]{1,40})/(?P<kind>[a-z][a-z0-9_]{1,40})/(?P<id>[0-9a-z-]{1,40})\Z")
_KEPT = re.compile(r"kept/[0-9a-z-]{1,40}/[a-z][a-z0-9_]{1,40}/(?P<id>[0-9a-z-]{1,40})/[0-9a-f]{64}\Z")
SCAN_TIME = timedelta(hours=1)
"""A file that the scanner has said nothing about for so long is refused."""


@dataclass(frozen=True)
class DocumentKind:
    """What may be uploaded as one thing. `types` are the content types that it may have."""

    code: str
    types: tuple[str, ...] = ANY_TYPE

    @property
    def name(self) -> str:
        """In the same words as a host's guideline: "TB test"."""
        words = document_name(self.code)
        return words[:1].upper() + words[1:]

    @property
    def sensitive(self) -> bool:
        """Identity, health and background: who opens one is an event of the case (product.md 1d)."""
        return self.code in _SENSITIVE


_CODES = (
    "cv",
    "transcript",
    "good_standing_letter",
    "diploma",
    "mspe",
    "usmle_score_report",
    "ecfmg_status_report",
    "personal_statement",
    "recommendation_letter",
    "passport",
    "visa",
    "immunisation",
    "influenza_vaccination",
    "tb_test",
    "physical_examination",
    "background_check",
    "drug_screen",
    "hipaa_training",
    "bls",
    "acls",
    "mask_fit_test",
    "health_insurance",
    "malpractice_insurance",
    "language_certificate",
)
_SENSITIVE = frozenset(
    {
        "passport",
        "visa",
        "immunisation",
        "influenza_vaccination",
        "tb_test",
        "physical_examination",
        "background_check",
        "drug_screen",
        "mask_fit_test",
        "health_insurance",
    }
)
_ALL = (*(DocumentKind(code) for code in _CODES), DocumentKind("photo", (JPEG, PNG)))
KINDS: Mapping[str, DocumentKind] = MappingProxyType({kind.code: kind for kind in _ALL})

# Why a file was refused: what is wrong, and what to do.
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "empty": ("The file is empty.", "Open it on your device, save it again, then upload it."),
        "too_large": (
            "The file is larger than 10 MB.",
            "Save it as a smaller PDF, for example with a lower scan resolution.",
        ),
        "wrong_type": (
            "The file is not a PDF, JPEG or PNG, whatever its name says.",
            "Save or print it as a PDF, then upload that.",
        ),
        "type_not_for_kind": ("This kind of document cannot be a file of this type.", "Upload a photo as JPEG or PNG."),
        "locked": (
            "The file asks for a password before it opens.",
            "Open it on your device and print it to a new PDF without a password, then upload that.",
        ),
        "active": (
            "The PDF contains a script, an attached file or a form that runs on its own.",
            "Open it on your device, choose Print and “Save as PDF”, then upload the new file.",
        ),
        "infected": (
            "Our check found malware in the file.",
            "Do not open it again. Make the document anew on another device, then upload that.",
        ),
        "not_scanned": (
            "We could not check the file for malware.",
            "Open it on your device, choose Print and “Save as PDF”, then upload the new file.",
        ),
        "no_page": ("The PDF has no page.", "Open it on your device, save it again, then upload it."),
        "damaged": (
            "The file is damaged or not complete, so it does not open everywhere.",
            "Open it on your device, save it again, then upload it.",
        ),
    }
)


def kind_of(code: str) -> DocumentKind:
    """Raises `Invalid` (field `kind`) for a kind that does not exist."""
    if code not in KINDS:
        raise Invalid(
            f"There is no kind of document {code[:60]!r}.", f"Choose one of {', '.join(KINDS)}.", field="kind"
        )
    return KINDS[code]


@dataclass(frozen=True)
class UploadPlace:
    """Where a form puts a document's file: whose it is, what kind, and its id are the object's key."""

    account_id: str
    kind: str
    document_id: str

    @property
    def key(self) -> str:
        return f"{folder_of(self.account_id)}/{self.kind}/{self.document_id}"

    def further(self, sha256: str) -> UploadPlace:
        """Another document that came through the same form, by its content: whoever tells of it names the same one."""
        return UploadPlace(self.account_id, self.kind, f"{self.document_id[:26]}-{sha256[:12]}")


def folder_of(account_id: str) -> str:
    """What an account's forms wrote."""
    return f"{FOLDER}/{account_id}"


def forms_folder(account_id: str) -> str:
    """The signed school forms about an account, which hosts wrote."""
    return f"{KEPT_FOLDER}/forms/{account_id}"


def folders_of(account_id: str) -> tuple[str, str, str]:
    """Everything that an account ever uploaded, and what was signed about it, lies under these."""
    return folder_of(account_id), f"{KEPT_FOLDER}/{account_id}", forms_folder(account_id)


def kept_key(place: UploadPlace, sha256: str) -> str:
    """Where the bytes that were looked at stay. The hash is in it, so nothing else is ever written there, and the
    document's id, so that deleting it takes nothing from another."""
    return f"{KEPT_FOLDER}/{place.account_id}/{place.kind}/{place.document_id}/{sha256}"


def kept_document(key: str) -> str:
    """The id of the document whose file is kept under `key`. Raises `Invalid` for another key."""
    found = _KEPT.match(key)
    if found is None:
        raise Invalid("This object's name is not a document's.", "Upload documents through the forms here.")
    return found["id"]


def is_kept(key: str) -> bool:
    return key.startswith(f"{KEPT_FOLDER}/")


def place_of(key: str) -> UploadPlace:
    """Raises `Invalid` for a key that is not one of ours."""
    found = _KEY.match(key)
    if found is None or found["kind"] not in KINDS:
        raise Invalid("This object's name is not a document's.", "Upload documents through the forms here.")
    return UploadPlace(found["account"], found["kind"], found["id"])


@dataclass(frozen=True)
class Looked:
    """What a file is, told from its bytes: the content type, "" for none that we take, and a code of `REASONS` for
    which it does not open, "" for none."""

    content_type: str
    fault: str = ""


@dataclass(frozen=True)
class Inspected:
    """What becomes of a file. `size` in bytes; `reason` is empty or a code of `REASONS` for which it is refused."""

    sha256: str
    size: int
    content_type: str
    reason: str = ""


def inspect(content: bytes, kind: DocumentKind, look: Callable[[bytes], Looked]) -> Inspected:
    """T15: at most 10 MB, really a PDF, JPEG or PNG, one that opens, and of a type that the kind allows. `look` is the
    port's (`FileInspector`), and is not asked about what is empty or too large."""
    looked = look(content) if 0 < len(content) <= MAX_BYTES else Looked("")
    if not content:
        reason = "empty"
    elif len(content) > MAX_BYTES:
        reason = "too_large"
    elif not looked.content_type:
        reason = "wrong_type"
    elif looked.content_type not in kind.types:
        reason = "type_not_for_kind"
    else:
        reason = looked.fault
    return Inspected(hashlib.sha256(content).hexdigest(), len(content), looked.content_type, reason)


def refusal(reason: str) -> dict[str, Any]:
    """A refusal as a page shows it: {reason_code, detail, remedy}."""
    detail, remedy = REASONS[reason]
    return {"reason_code": reason, "detail": detail, "remedy": remedy}


def download_name(kind: str, number: int, content_type: str, person: str) -> str:
    """The name of a downloaded file, such as "CV 2 - Amara Okafor.pdf"."""
    name = f"{KINDS[kind].name} {number} - {person}"
    return f"{' '.join(re.sub(r'[/:*?<>|]', ' ', name).split())}.{EXTENSIONS[content_type]}"
