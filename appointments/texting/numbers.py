"""Which telephone numbers can be written to."""

from typing import Any

from django.conf import settings
from phonenumbers import PhoneNumberType, number_type, region_code_for_number

# Others ring on a desk, or cost whoever writes to them: nobody makes the portal pay by leaving such a number.
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def takes_texts(number: Any) -> bool:
    """Whether a number may be that of a mobile telephone in a country to which the portal sends text messages."""
    return number_type(number) in MOBILE and region_code_for_number(number) in settings.SMS_COUNTRIES
