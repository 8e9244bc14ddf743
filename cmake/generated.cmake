# Files made at build time. Number and zone tables: see tools/number/.
set(TELEMARK_NUMBER_TABLES "")
set(TELEMARK_EMBEDDED_DATA "")
