"""The report of an erasure in words: what is gone, what is kept, and on what ground."""

from app.kit.languages import Languages
from app.person.erasure import Report


def lines(report: Report, languages: Languages, language: str) -> list[str]:
    def said(key: str, **values: object) -> str:
        return languages.text(key, language, **values)

    found = [
        said("person.erased_account", name=report.name),
        said("person.erased_media", tapes=report.tapes, turns=report.turns),
    ]
    if report.chat_lines:
        found.append(said("person.erased_chat", lines=report.chat_lines))
    if report.answers:
        found.append(said("person.erased_answers", surveys=report.answers))
    if report.waiting:
        found.append(said("person.erased_waiting", tapes=report.waiting))
    kept = [
        said("person.kept_decisions", count=report.decisions),
        said("person.kept_stays", count=report.stays),
        said("person.kept_entries", count=report.entries),
    ]
    if report.notes:
        kept.append(said("person.kept_notes", count=report.notes))
    if report.notes_near:
        kept.append(said("person.kept_notes_near", count=report.notes_near))
    return [*found, *kept, said("person.kept_handed_over")]
