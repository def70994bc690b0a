"""Forms as authors write them: spreadsheets and XForms, compiled or refused with every fault told."""
