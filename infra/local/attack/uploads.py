"""Files that lie about what they are, carry something, or come in great number."""

from __future__ import annotations

from infra.local.attack.scenario import Fallen, Field, attack, never
from infra.local.demo.api_client import Refused
from infra.local.demo.journey import CV_SECTIONS, Trainee, expect
from infra.local.seed.cv import cv_pdf

EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def with_script(pdf: bytes) -> bytes:
    """The same page with a script that runs on opening."""
    action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
    return pdf.replace(b"<< /Type /Catalog ", b"<< /Type /Catalog " + action)


def fate(owner: Trainee, content: bytes, name: str = "cv.pdf", kind: str = "cv", type: str = "application/pdf") -> str:
    """What became of an upload: its status, or the refusal."""
    try:
        return str(owner.client.upload(kind, name, content, type)["status"])
    except Refused as refusal:
        return f"refused {refusal.status}"


@attack("uploads", "a page, a program, a picture, nothing and an empty shell named cv.pdf")
def named_pdf(field: Field) -> str:
    owner = field.journey.sign_up("Edda Thorn")
    tries = {
        "HTML": b"<html><script>alert(1)</script></html>",
        "a program": b"MZ" + bytes(2000),
        "nothing": b"",
        "a shell": b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF",
        "HTML behind a PDF's first line": b"%PDF-1.4\n<html><script>alert(1)</script></html>",
    }
    for what, content in tries.items():
        seen = fate(owner, content)
        never(seen == "STORED", f"{what} is stored as a CV")
    expect(fate(owner, cv_pdf("Edda Thorn", owner.email, CV_SECTIONS)) == "STORED", "a real CV is stored")
    return f"{len(tries)} refused"


@attack("uploads", "a PDF with a script")
def scripted(field: Field) -> str:
    owner = field.journey.sign_up("Filipa Nunes")
    pdf = cv_pdf("Filipa Nunes", owner.email, CV_SECTIONS)
    changed = with_script(pdf)
    if changed == pdf:
        raise Fallen("the scene has no script in it")
    seen = fate(owner, changed)
    never(seen == "STORED", "a PDF with a script is stored")
    return seen


@attack("uploads", "a file that scanners know")
def known_malware(field: Field) -> str:
    owner = field.journey.sign_up("Gita Rao")
    pdf = cv_pdf("Gita Rao", owner.email, CV_SECTIONS) + b"\n%" + EICAR.encode() + b"\n"
    seen = fate(owner, pdf)
    never(seen == "STORED", "a file with a known signature is stored")
    return seen


@attack("uploads", "somebody else's file, and a coach's look at a passport of nobody of theirs")
def somebody_elses(field: Field) -> str:
    one, other = field.journey.sign_up("Hana Sato"), field.journey.sign_up("Ilse Brandt")
    document = one.client.upload("passport", "p.pdf", cv_pdf("Hana Sato", one.email, CV_SECTIONS), "application/pdf")
    for client in (other.client, field.journey.staff("coach")):
        try:
            client.get(f"/documents/{document['id']}")
        except Refused as refusal:
            never(refusal.status != 404, f"answered {refusal.status}")
            continue
        raise Fallen("somebody else reads a passport")
    return "404"
