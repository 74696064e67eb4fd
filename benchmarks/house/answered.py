"""The study's people asked before and after: a survey each, as a file from elsewhere."""

import random

from app.kit.context import Context
from app.surveys import service as surveys
from app.surveys.models import SurveyMoment
from app.surveys.service import AnswerFile

from .coded import actor
from .study import MEMBERS, Study

QUESTIONS = 12
"""Statements on a scale of five steps, beside what is chosen and what is written freely."""
SURVEYS = (("Alkukysely", SurveyMoment.BEFORE), ("Loppukysely", SurveyMoment.AFTER))
FREELY = "Ryhmässä on ollut helppo puhua, ja asiat ovat jääneet mieleen."


async def answer(context: Context, study: Study) -> None:
    """Everybody but the observers answers everything."""
    who = ["F1", *(f"J{place + 1}" for place in range(MEMBERS))]
    leads, programme_id = actor(study.coordinator), study.programme.id
    for name, moment in SURVEYS:
        dice = random.Random(name)
        asked = [f"Väite {number + 1}" for number in range(QUESTIONS)]
        lines = [";".join(["Ryhmä", "Tunnus", *asked, "Työn muoto", "Sana vapaa"])]
        for group in study.groups:
            for pseudonym in who:
                steps = [str(dice.randint(1, 5)) for _ in asked]
                form = dice.choice(["Lähityö", "Etätyö", "Molemmat"])
                lines.append(";".join([group.name, pseudonym, *steps, form, FREELY]))
        file = AnswerFile("\r\n".join(lines).encode(), f"{name}.csv")
        async with context.database.transaction() as db:
            read = await surveys.read(db, leads, programme_id, file)
            await surveys.bring(db, leads, programme_id, name, moment, file, read)
