"""The forms in which Spanish and English replies name a date, longest first, over folded text."""

from __future__ import annotations

import re

from cobranza_rules.mail.date_readers import (
    Reader,
    counted,
    day_of_month,
    days_from_now,
    end_of_month,
    end_of_week,
    fortnight,
    iso,
    last_weekday,
    month_and_day,
    next_month,
    nothing,
    part_of_month,
    slashed,
    stretch,
    week_of_month,
    weekday,
    weekday_and_day,
    weekday_and_slashed,
    weekday_of_week,
)
from cobranza_rules.mail.date_words import pattern

LONG_YEAR = r"(?:,? (?:de |del |del ano |of )?)(?P<year>20\d\d)"
DAY = r"(?P<day>\d{1,2}(?:ro|o|er|ero|°|º|st|nd|rd|th)?|primero)"
BETWEEN = r"(?:(?:entre|del|between|from) (?:el |dia |the )*(?P<first>\d{1,2}) (?:y|al|a|and|to|through) (?:el |dia |the )*|(?:el |dia )?(?P<or>\d{1,2}) (?:o|u|or) (?:el |dia |the )*)"
FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (pattern(BETWEEN + r"(?P<day>\d{1,2})(?: de | )(?P<month>{MONTH})(?:" + LONG_YEAR + r")?"), stretch(month_and_day)),
    (
        pattern(
            r"(?:between |from )?(?P<month>{MONTH}) (?P<first>\d{1,2})(?:st|nd|rd|th)?(?: and | or | to | through | - |-)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
        ),
        stretch(month_and_day),
    ),
    (pattern(BETWEEN + r"(?P<day>\d{1,2})(?![\d:/.,%-]?[\d%])(?! (?:dias|days|mil|pesos|hrs|facturas|am|pm|a\.m))"), stretch(day_of_month)),
    (
        pattern(
            r"(?P<weekday>{WEEKDAY})\.?,? (?:dia )?(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?:(?P=mark)(?P<year>20\d\d|\d\d))?(?![./-]?\d)"
        ),
        weekday_and_slashed,
    ),
    (pattern(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"), iso),
    (
        pattern(
            r"(?:(?P<weekday>{WEEKDAY})\.?,? (?:el )?(?:dia )?)?"
            + DAY
            + r"(?: de | of | |[-/.])(?P<month>{MONTH})\.?(?:"
            + LONG_YEAR
            + r")"
        ),
        month_and_day,
    ),
    (pattern(r"(?P<day>\d{1,2})[-/.](?P<month>{MONTH})[-/.](?P<year>20\d\d|\d\d)"), month_and_day),
    (pattern(r"(?:(?P<weekday>{WEEKDAY}),? )?(?:the )?(?<!de.)(?P<month>{MONTH})\.? " + DAY + r"(?:,? (?P<year>20\d\d))?"), month_and_day),
    (pattern(r"(?:(?P<weekday>{WEEKDAY})\.?,? (?:el |the )?(?:dia )?)?" + DAY + r"(?: de | of | |[-/.])(?P<month>{MONTH})"), month_and_day),
    (pattern(r"(?<![\d/.$,-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>20\d\d|\d\d)(?![./-]?\d)"), slashed),
    (pattern(r"(?<![\d/.$,-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![/%]?\d)"), slashed),
    (pattern(r"(?P<weekday>{WEEKDAY})\.? (?:dia )?(?P<day>\d{1,2})(?![\d:/.,-]?\d)(?! (?:dias|hrs|am|pm|pesos))"), weekday_and_day),
    (
        pattern(
            r"(?P<weekday>{WEEKDAY}) (?:de la |de )?(?P<next>(?:proxima|siguiente) semana|semana (?:que viene|proxima|entrante)|(?:of )?next week)"
        ),
        weekday_of_week,
    ),
    (pattern(r"(?P<next>(?:proxima|siguiente) semana|next week),? (?:el |el dia |on )?(?P<weekday>{WEEKDAY})"), weekday_of_week),
    (pattern(r"(?P<weekday>{WEEKDAY}) (?:de esta semana|(?:of )?this week)"), weekday_of_week),
    (pattern(r"(?:el )?(?P<weekday>{WEEKDAY}) (?:pasado|anterior)"), last_weekday),
    (pattern(r"(?:el pasado|last) (?P<weekday>{WEEKDAY})"), last_weekday),
    (
        pattern(
            r"(?:(?P<this>este(?: mismo)?|this)|el|proximo|siguiente|next|coming|on|by|para el|a mas tardar el|del)?(?: proximo| siguiente)? ?(?P<weekday>lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?: proximo| siguiente| que viene| entrante)?"
        ),
        weekday,
    ),
    (pattern(r"pasado manana|(?:the )?day after tomorrow"), days_from_now(2)),
    (pattern(r"manana (?:por|en) la (?:manana|tarde)|tomorrow"), days_from_now(1)),
    (pattern(r"(?:(?:por|en|de|a|toda) la|esta) manana"), nothing),  # The morning, not tomorrow
    (pattern(r"manana"), days_from_now(1)),
    (pattern(r"(?:antier|anteayer|antes de ayer|(?:the )?day before yesterday)"), days_from_now(-2)),
    (pattern(r"(?:el dia de )?ayer|yesterday"), days_from_now(-1)),
    (pattern(r"(?:el dia de )?hoy(?: mismo)?|today"), days_from_now(0)),
    (pattern(r"hace (?P<count>{COUNT}) (?P<ago>dias?)"), counted),
    (pattern(r"(?P<count>{COUNT}) (?:days?) (?P<ago>ago)"), counted),
    (
        pattern(
            r"(?:en|dentro de|en un plazo de|en un plazo no mayor a|in|within|en aproximadamente|a mas tardar en)(?: the next| los proximos| unos)? (?P<count>{COUNT}) (?P<business>dias? (?:habil(?:es)?|laborables|laborales)|(?:business|working) days?)"
        ),
        counted,
    ),
    (
        pattern(
            r"(?:en|dentro de|en un plazo de|in|within)(?: the next| los proximos| unos)? (?P<count>{COUNT}) (?P<unit>dias?(?: naturales)?|days?|semanas?|weeks?)"
        ),
        counted,
    ),
    (
        pattern(
            r"(?:a )?(?:fin|fines|finales|el fin|cierre)(?: de| del)?(?: (?:este |presente |el )?mes)? de (?P<month>{MONTH})(?:"
            + LONG_YEAR
            + r")?"
        ),
        end_of_month,
    ),
    (pattern(r"(?:the )?end of (?P<month>{MONTH})(?:" + LONG_YEAR + r")?"), end_of_month),
    (
        pattern(
            r"(?:a )?(?:fin|fines|finales|cierre)(?: de| del) (?P<next>proximo mes|mes (?:proximo|que viene|entrante|siguiente)|siguiente mes)|(?:the )?end of next month"
        ),
        end_of_month,
    ),
    (
        pattern(
            r"ultimo dia (?P<business>habil )?(?:del|de este) (?:presente )?mes|last (?P<business2>business )?day of (?:the|this) month"
        ),
        end_of_month,
    ),
    (
        pattern(
            r"(?:a )?(?:fin|fines|finales|cierre)(?: de| del)(?: este| presente)? mes|(?:the )?end of (?:the |this |current )?month|month[- ]end|eom"
        ),
        end_of_month,
    ),
    (
        pattern(
            r"(?P<week>primera|segunda|tercera|cuarta|ultima|1a|2a|3a|first|second|third|fourth|last) (?:semana|week) (?:de|del mes de|of|in) (?P<month>{MONTH})"
        ),
        week_of_month,
    ),
    (
        pattern(
            r"(?:a )?(?P<part>principios|inicios|comienzos|mediados|early|mid|late|beginning of|start of)[ -](?:de )?(?P<month>{MONTH})"
        ),
        part_of_month,
    ),
    (pattern(r"(?:a )?(?P<part>mediados|middle)(?: de(?: este| el)?| of the| of this)? (?:mes|month)"), part_of_month),
    (pattern(r"(?P<which>primera|segunda|1a|1ra|2a|2da) quincena(?: de(?: mes de)? (?P<month>{MONTH})| del mes)?"), fortnight),
    (
        pattern(r"(?:(?:la|esta|en la|proxima|siguiente|la proxima|la siguiente) quincena|quincena (?:que viene|entrante|proxima))"),
        fortnight,
    ),
    (
        pattern(r"(?P<next>(?:la )?(?:proxima|siguiente|entrante|otra) semana|semana (?:que viene|entrante|proxima|siguiente)|next week)"),
        end_of_week,
    ),
    (pattern(r"(?:esta (?:misma )?semana|fin(?:es|ales)? de(?: la| esta)? semana|this week|end of (?:the|this) week|eow)"), end_of_week),
    (
        pattern(
            r"(?:dia |el |proximo |proximo dia )(?P<day>\d{1,2}) (?P<next>del (?:proximo|siguiente) mes|del mes (?:que viene|entrante|proximo|siguiente)|de(?:l)? mes proximo)"
        ),
        day_of_month,
    ),
    (pattern(r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th) (?P<next>of next month)"), day_of_month),
    (
        pattern(
            r"(?P<day>\d{1,2}) (?P<current>del presente(?: mes)?|del (?:mes )?(?:en curso|actual|corriente)|de este mes|del mes en curso|(?:of )?this month)"
        ),
        day_of_month,
    ),
    (
        pattern(
            r"(?:el dia|el proximo|el proximo dia|dia|para el|a mas tardar el|antes del) (?P<day>\d{1,2})(?![\d:/.,%-]?[\d%])(?! (?:dias|mil|pesos|hrs|facturas|%))"
        ),
        day_of_month,
    ),
    (pattern(r"(?:the|on|by) (?P<day>\d{1,2})(?:st|nd|rd|th)"), day_of_month),
    (
        pattern(r"(?:(?:el |para el )?(?:proximo|siguiente) mes|(?:el )?mes (?:que viene|entrante|proximo|siguiente)|next month)"),
        next_month,
    ),
)
