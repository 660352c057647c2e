"""Formats of the pseudo-locale: marked, so that one written by hand is found."""

DATE_FORMAT = "⟦Y-m-d⟧"
DATETIME_FORMAT = "⟦Y-m-d H:i⟧"
TIME_FORMAT = "⟦H:i⟧"
DECIMAL_SEPARATOR = "٫"
THOUSAND_SEPARATOR = "٬"
NUMBER_GROUPING = 3
