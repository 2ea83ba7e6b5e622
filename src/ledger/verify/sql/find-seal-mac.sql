select mac from ledger_seal where number = $1
