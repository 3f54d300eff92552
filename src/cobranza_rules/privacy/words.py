"""Words of people's data that are kept as identifiers and shown as words; the others are marked in `cobranza_rules.words`."""

from cobranza_rules.language import N_

RETAINED = (N_("notes"), N_("messages"), N_("case_file"), N_("contacts"), N_("bank_lines"), N_("logs"))
RETAINED_FILES = (N_("bank_files"), N_("quarantine"), N_("strangers"))
FIELDS = (N_("name"), N_("email"), N_("phone"), N_("title"), N_("address"))
STANDINGS = (N_("program"), N_("blocked"), N_("person_blocked"), N_("person_opposed"), N_("person_unblocked"), N_("data_corrected"))
OF_CUSTOMERS = (N_("customer_blocked"), N_("customer_unblocked"))
