#include "number_oracle.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

const char *type_of(PhoneNumberUtil::PhoneNumberType type)
{
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE: return "fixed";
    case PhoneNumberUtil::MOBILE: return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return "fixed_or_mobile";
    case PhoneNumberUtil::TOLL_FREE: return "toll_free";
    case PhoneNumberUtil::PREMIUM_RATE: return "premium";
    case PhoneNumberUtil::SHARED_COST: return "shared_cost";
    case PhoneNumberUtil::VOIP: return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER: return "personal";
    case PhoneNumberUtil::PAGER: return "pager";
    case PhoneNumberUtil::UAN: return "uan";
    case PhoneNumberUtil::VOICEMAIL: return "voicemail";
    case PhoneNumberUtil::UNKNOWN:
    default: return "unknown";
    }
}

} // namespace

bool number_oracle_parse(const char *text, size_t n, const char *region,
                         struct number_oracle *out)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string formatted, country;

    if (util.Parse(std::string(text, n), region, &number) !=
            PhoneNumberUtil::NO_PARSING_ERROR ||
        !util.IsValidNumber(number))
        return false;
    util.Format(number, PhoneNumberUtil::E164, &formatted);
    util.GetRegionCodeForNumber(number, &country);
    *out = {};
    out->e164 = std::strtoull(formatted.c_str() + 1, nullptr, 10);
    out->type = type_of(util.GetNumberType(number));
    if (country.size() == 2)
        std::memcpy(out->region, country.c_str(), 3);
    return true;
}

size_t number_oracle_national(uint64_t e164, char *out, size_t cap)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string text;

    if (util.Parse("+" + std::to_string(e164), "", &number) !=
        PhoneNumberUtil::NO_PARSING_ERROR)
        return 0;
    util.Format(number, PhoneNumberUtil::NATIONAL, &text);
    if (text.size() >= cap)
        return 0;
    std::memcpy(out, text.c_str(), text.size() + 1);
    return text.size();
}
