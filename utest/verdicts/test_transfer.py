"""What a verdict on a transfer says of its REFER, by the messages of that REFER alone."""

from BaresipLibrary.verdicts.transfer import _judge_acceptance, _judge_report, _last_refer

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"


def sip(phone: Phone, start: str, cseq: str, *, sent: bool = False, body: str = "") -> None:
    head = f"{start}\r\nCall-ID: {phone.agent.calls[0].call_id}\r\nCSeq: {cseq}\r\n"
    phone.sip(f"{head}\r\n{body}", sent=sent)


def judged(phone: Phone) -> list[str]:
    refer, call = _last_refer(phone.agent)
    return [str(judge(phone.agent, call, refer)) for judge in (_judge_acceptance, _judge_report)]


def test_only_a_notify_with_a_status_after_the_refer_is_its_report(phone: Phone) -> None:
    phone.agent.dial(BOB)
    refer = f"REFER {BOB} SIP/2.0"
    sip(phone, refer, "1 REFER", sent=True)
    sip(phone, "SIP/2.0 202 Accepted", "1 REFER")
    sip(phone, "NOTIFY sip:alice SIP/2.0", "7 NOTIFY", body="SIP/2.0 503 Service Unavailable")
    assert judged(phone) == [
        "pass  the REFER was accepted: 202 Accepted",
        "FAIL  a NOTIFY reports success: the last one said 503 Service Unavailable",
    ]
    sip(phone, refer, "2 REFER", sent=True)
    assert judged(phone) == [
        "FAIL  the REFER was accepted: it was not answered",
        "FAIL  a NOTIFY reports success: there was none",
    ]
    sip(phone, "SIP/2.0 202 Accepted", "2 REFER")
    sip(phone, "NOTIFY sip:alice SIP/2.0", "8 NOTIFY")
    assert judged(phone) == [
        "pass  the REFER was accepted: 202 Accepted",
        "FAIL  a NOTIFY reports success: 1 NOTIFY without a status",
    ]
    sip(phone, "NOTIFY sip:alice SIP/2.0", "9 NOTIFY", body="SIP/2.0 200 OK\r\n")
    assert judged(phone)[1] == "pass  a NOTIFY reports success: the last one said 200 OK"
