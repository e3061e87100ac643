"""The statutory clock of cases (办理时限): calendars, limits, pauses, extensions, hand-overs."""
