"""How often records err, and how: the numbers of ERROR_PROFILE.md, which says where each is from.

Shares are of the rows or registrations that the name speaks of. A test holds the two lists equal.
"""

from typing import Final

# Who has no record of an absence.
CARE_POLICE_ONLY: Final = 0.05
CARE_NOT_REPORTED_TO_POLICE: Final = 0.07
AWAY_KNOWN_TO_POLICE: Final = 0.15
HOME_NOT_KNOWN_TO_POLICE: Final = 0.015
HANDED_OVER: Final = 0.012
HANDED_TO_TRANSPORT_POLICE: Final = 0.3

# How absences are classified.
CARE_NO_APPARENT_RISK: Final = 0.03
HOME_NO_APPARENT_RISK: Final = 0.06
AWAY_NO_APPARENT_RISK: Final = 0.7
POLICE_RECLASSIFIED: Final = 0.06

# Times.
AUTHORITY_DATES_ONLY: Final = 0.3
ROW_DATES_ONLY: Final = 0.04
DATE_ONE_DAY_OFF: Final = 0.03
SAME_DAY_COLLAPSED: Final = 0.5
RETURN_NOT_RECORDED: Final = 0.08

# Afterwards.
CORRECTED_BY_AUTHORITY: Final = 0.03
CORRECTED_BY_POLICE: Final = 0.02
ENTERED_TWICE: Final = 0.007
ENTERED_IN_ERROR: Final = 0.003
ENTERED_FOR_WRONG_CHILD: Final = 0.002
SIBLING_COPIED: Final = 0.06
SIBLING_COPY_VOIDED: Final = 0.7

# Families.
IN_FAMILY: Final = 0.05
TWINS_IN_FAMILIES: Final = 0.08
SIBLINGS_TOGETHER: Final = 0.3

# What police know of a looked-after child.
CARE_STATUS_UNKNOWN: Final = 0.1
CARE_STATUS_DENIED: Final = 0.05
RESPONSIBLE_AUTHORITY_UNKNOWN: Final = 0.2
HOME_AUTHORITY_UNKNOWN: Final = 0.03

# Identity as registered by an authority.
AUTHORITY_NHS_MISSING: Final = 0.1
AUTHORITY_UPN_MISSING: Final = 0.08
AUTHORITY_NAME_MISSPELT: Final = 0.012
AUTHORITY_BIRTH_DATE_WRONG: Final = 0.005
AUTHORITY_POSTCODE_OLD: Final = 0.02
AUTHORITY_POSTCODE_MISSING: Final = 0.01

# Identity as registered by a force.
POLICE_NHS_PRESENT: Final = 0.2
POLICE_NAME_MISSPELT: Final = 0.025
POLICE_SHORT_FORENAME: Final = 0.02
POLICE_SECOND_FORENAME_DROPPED: Final = 0.3
POLICE_OTHER_SURNAME: Final = 0.012
POLICE_BIRTH_DATE_WRONG: Final = 0.012
POLICE_POSTCODE_OLD: Final = 0.06
POLICE_POSTCODE_OF_PLACEMENT: Final = 0.2
POLICE_POSTCODE_MISSING: Final = 0.03
POLICE_ETHNICITY_UNKNOWN: Final = 0.31
SEX_UNKNOWN: Final = 0.005
AMENDED: Final = 0.03

# Unaccompanied children, whose names and birth dates are weak everywhere.
UNACCOMPANIED: Final = 0.07
UNACCOMPANIED_BIRTH_DATE_HEAPED: Final = 0.5
UNACCOMPANIED_NHS_MISSING: Final = 0.6
UNACCOMPANIED_NAME_VARIES: Final = 0.3
UNACCOMPANIED_BIRTH_DATE_VARIES: Final = 0.15

# Placements.
RESTRICTED_LOCATION: Final = 0.015
