"""How staff call legal bases, channels, standings, decisions, and how they were made."""

from typing import Final

from cloud.console.languages import mark

BASES: Final = {
    "consent": mark("Consent: only who has agreed"),
    "legitimate_interest": mark("Legitimate interest: all but who objects"),
    "contract": mark("Contract: everybody, nobody is asked"),
    "legal_duty": mark("Duty by law: everybody, nobody is asked"),
}
CHANNELS: Final = {
    "call": mark("Call"),
    "email": mark("Write an e-mail"),
    "sms": mark("Write a text message"),
    "meeting": mark("Meet"),
}
STANDINGS: Final = {
    "given": mark("Agreed"),
    "outdated": mark("Agreed to an earlier text: ask again"),
    "refused": mark("Consent refused"),
    "withdrawn": mark("Consent withdrawn"),
    "not_asked": mark("Not asked yet"),
    "not_needed": mark("Nobody needs to ask"),
}
DECISIONS: Final = {"given": mark("Agreed"), "refused": mark("Consent refused"), "withdrawn": mark("Consent withdrawn")}
HOW: Final = {
    "paper": mark("Signed on paper"),
    "desk": mark("Name typed at the desk"),
    "online": mark("Form on the web"),
    "spoken": mark("Said, only to refuse or withdraw"),
}
