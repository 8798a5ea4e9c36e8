# U+00A0 in thousands: the State's typeface draws U+202F almost invisible.
THOUSAND_SEPARATOR = "\u00a0"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
