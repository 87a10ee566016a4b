"""Whether a sentence is true, judged by the raw messages and events of a history.

It shares no code with the package. Each check takes what a sentence is about, and the match of the
sentence's pattern in `oracle_sentences`.
"""

import re

from BaresipLibrary.events import (
    CallAnswered,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    DtmfSent,
    Muted,
)

from .histories import ALICE, BOB, CAROL
from .raw_history import (
    FAREWELLS,
    NOT_COUNTED,
    Exchange,
    Facts,
    Scope,
    ack_has,
    audio,
    body,
    delay_words,
    described,
    finals_of,
    have_common,
    header,
    is_acknowledged,
    is_initial,
    method_of,
    name_of,
    status_of,
    was_refused,
    words_of,
)


class Oracle(Facts):
    """Judges the sentences about one history."""

    # -- requests without an answer --------------------------------------------------------------

    def never_answered(self, scope: Scope, match: re.Match[str]) -> bool:
        tried = self.exchanges(scope, match[2], sent=True)
        return (
            not any(one.answers for one in tried)
            and len(tried[-1].copies) - 1 == int(match[3])
            and tried[-1].copies[-1].destination == match[1]
        )

    def last_answer(self, scope: Scope, match: re.Match[str]) -> bool:
        words, when, method, again = match.groups()
        tried = self.exchanges(scope, method, sent=True)
        last, to = max(((a, one) for one in tried for a in one.answers), key=lambda p: p[0].at)
        unanswered = tried[-1]
        return (
            words_of(last.text) == words
            and when == delay_words(last.at - to.first.at)
            and (
                again is None
                or (not unanswered.answers and len(unanswered.copies) - 1 == int(again))
            )
        )

    def no_ack(self, scope: Scope, match: re.Match[str]) -> bool:
        who, words, times, what, came, due = match.groups()
        acks = [one for one in self.messages(scope) if method_of(one.text) == "ACK"]
        if what and not any(ack_has(one.text, what) == came and not one.sent for one in acks):
            return False
        return who == scope.who and any(
            not is_acknowledged(one)
            and due in (None, header(one.text, "CSeq"), "t")
            and sum(words_of(answer.text) == words for answer in one.answers) == int(times) + 1
            for one in [*self.invites_at(who, scope.call), *self._changes(scope)]
        )

    def answer_lost(self, scope: Scope, match: re.Match[str]) -> bool:
        other, words, times, who = match.groups()
        return who == scope.who and any(
            sum(words_of(answer.text) == words for answer in one.answers) == int(times)
            and not any(
                not seen.sent
                and words_of(seen.text) == words
                and header(seen.text, "CSeq") == header(one.text, "CSeq")
                for seen in self.messages(scope)
            )
            for one in self.exchanges(Scope(other, scope.call), "INVITE", sent=False)
        )

    def rings(self, scope: Scope, match: re.Match[str]) -> bool:
        calls = [scope.call] if scope.call else self.calls(scope.who)
        return any(self._is_ringing(match[1], call) for call in calls)

    def _is_ringing(self, who: str, call: str) -> bool:
        began = self.events(who, call, CallDialled, CallIncoming)
        over = self.of_call(who, call, CallAnswered, CallEstablished, CallClosed)
        return bool(began) and isinstance(began[0], CallIncoming) and not over

    # -- refusals --------------------------------------------------------------------------------

    def came_with(self, scope: Scope, match: re.Match[str]) -> bool:
        lines = match[1].split("; ")
        return any(
            all(f"\r\n{line}\r\n" in f"{one.text}\r\n" for line in lines)
            for one in self.messages(scope)
            if not one.sent and (status_of(one.text) >= 300 or method_of(one.text) in FAREWELLS)
        )

    def media_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, sent, _, arrived, taker, taken = match.groups()
        offers = [one.text for one in self.exchanges(scope, "INVITE", sent=True)]
        theirs = [copy.text for one in self.invites_at(taker, scope.call) for copy in one.copies]
        return (
            who == scope.who
            and any(sent in described(text) for text in offers)
            and (arrived is None or any(arrived in described(text) for text in theirs))
            and (arrived is not None or not theirs or any(sent in described(t) for t in theirs))
            and self._takes(taker, taken, theirs or offers)
        )

    def _takes(self, taker: str, taken: str, offers: list[str]) -> bool:
        if "without media_enc" in taken:
            taken = taken.replace(" without media_enc", "")
            if not any("RTP/SAVP" in text for text in offers):
                return False
        return taken == ("pcmu" if taker == "bob" else "every codec that it has (PCMU)")

    def not_taken(self, scope: Scope, match: re.Match[str]) -> bool:
        who, sent = match.groups()
        offers = [one.text for one in self.exchanges(scope, "INVITE", sent=True)]
        return who == scope.who and any(sent in described(text) for text in offers)

    def _challenged(self, scope: Scope) -> list[Exchange]:
        methods = {method_of(one.text) for one in self.messages(scope)}
        return [
            one
            for method in methods - {"", "ACK"}
            for one in self.exchanges(scope, method, sent=True)
            if any(status_of(answer.text) in (401, 407) for answer in one.answers)
        ]

    def no_password(self, scope: Scope, match: re.Match[str]) -> bool:
        return match[1] == scope.who and not (self._password and scope.who == "alice")

    def digest_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(header(one.text, "Authorization") for one in self._challenged(scope))

    def no_challenge(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(
            words_of(answer.text) == match[1] and "Authenticate" not in answer.text
            for one in self._challenged(scope)
            for answer in one.answers
        )

    def sent_again(self, scope: Scope, match: re.Match[str]) -> bool:
        who, count, method = match.groups()
        return who == scope.who and len(self.exchanges(scope, method, sent=True)) == int(count)

    def no_credentials(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(
            not header(one.text, "Authorization") and "Authenticate" in answer.text
            for one in self._challenged(scope)
            for answer in one.answers
        )

    def carried_digest(self, scope: Scope, match: re.Match[str]) -> bool:
        refused = self._forbidden(scope, match[1])
        shown = f'realm="{match[3]}"'
        return match[2] == scope.who and shown in header(refused[-1].text, "Authorization")

    def carried_no_digest(self, scope: Scope, match: re.Match[str]) -> bool:
        tried = self.exchanges(scope, match[3], sent=True)
        statuses = {status_of(answer.text) for one in tried for answer in one.answers}
        refused = self._forbidden(scope, match[3])
        bare = not header(refused[-1].text, "Authorization")
        return bare and bool(statuses & {401, 407}) is (match[2] is None)

    def _forbidden(self, scope: Scope, method: str) -> list[Exchange]:
        tried = self.exchanges(scope, method, sent=True)
        return [one for one in tried if finals_of(one) and status_of(finals_of(one)[0].text) == 403]

    def nothing_listens(self, scope: Scope, match: re.Match[str]) -> bool:
        sent = self.exchanges(scope, "INVITE", sent=True)
        dialled = self.events(scope.who, scope.call, CallDialled)
        places = {copy.destination for one in sent for copy in one.copies}
        targets = {event.peer for event in dialled}  # type: ignore[attr-defined]
        return match[1] in places or any(match[1].partition(":")[0] in one for one in targets)

    def connection_ended(self, scope: Scope, match: re.Match[str]) -> bool:
        sent = self.exchanges(scope, "INVITE", sent=True)
        final = [answer for one in sent for answer in one.answers if status_of(answer.text) >= 200]
        return self.nothing_listens(scope, match) and not final

    def _causes(self, scope: Scope) -> list[Exchange]:
        """The INVITEs that an agent of the suite refused, of which a sentence tells the cause."""
        if scope.call is None:
            return self.stopped_invites(scope.who)
        return [
            one
            for other in self._history.phones
            if other != scope.who
            for one in self.invites_at(other, scope.call)
        ] + self._changes(scope)

    def _changes(self, scope: Scope) -> list[Exchange]:
        """The INVITEs in a call by which its peer changes it."""
        came = self.exchanges(scope, "INVITE", sent=False)
        return [one for one in came if not is_initial(one.text)]

    def wrong_user(self, scope: Scope, match: re.Match[str]) -> bool:
        user, uri, _, name = match.groups()
        return user != name and any(
            one.text.startswith(f"INVITE {uri} ") and was_refused(one, 404)
            for one in self._causes(scope)
        )

    def header_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        name, value = match.groups()
        return any((header(one.text, name) or "missing") == value for one in self._causes(scope))

    def no_contact(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(not header(one.text, "Contact") for one in self._causes(scope))

    def no_offer(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(not body(one.text) for one in self._causes(scope))

    def offer_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        offer, _, taker, taken = match.groups()
        theirs = [copy.text for one in self._causes(scope) for copy in one.copies]
        return any(offer in described(text) for text in theirs) and (
            taker is None or self._takes(taker, taken, theirs)
        )

    # -- calls that do not come ------------------------------------------------------------------

    def stack_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, words = match[1], match[2]
        return who == scope.who and any(
            words_of(finals_of(one)[0].text) == words
            for one in self.stopped_invites(who)
            if finals_of(one)
        )

    def change_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        return match[1] == scope.who and any(
            words_of(finals_of(one)[0].text) == match[2]
            for one in self._changes(scope)
            if finals_of(one)
        )

    def not_yet_answered(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(
            not finals_of(one)
            and (match[2] is None) is (not one.answers)
            and match[2] in (None, *(words_of(answer.text) for answer in one.answers))
            for one in self.stopped_invites(scope.who)
        )

    def nobody_called(self, scope: Scope, match: re.Match[str]) -> bool:
        known = self.calls(scope.who)
        came = [
            one.first.at >= scope.since
            for one in self.invites_at(scope.who, None)
            if header(one.text, "Call-ID") not in known
        ]
        return not any(came) and (match[2] is None or self.story(scope, match))

    def own_call_came(self, scope: Scope, match: re.Match[str]) -> bool:
        """What it dialled came to it later."""
        dialled = self.events(scope.who, None, CallDialled)
        came = self.events(scope.who, None, CallIncoming)
        return any(
            out.call_id == back.call_id and out.at <= back.at  # type: ignore[attr-defined]
            for out in dialled
            for back in came
        ) and (match[2] is None or self.story(scope, match))

    def did_call(self, scope: Scope, match: re.Match[str]) -> bool:
        target = {"alice": ALICE, "bob": BOB, "carol": CAROL}[scope.who]
        dialled = self.events(match[1], None, CallDialled)
        return any(event.peer == target for event in dialled) and self.story(  # type: ignore[attr-defined]
            Scope(match[1]), match
        )

    def not_registered(self, scope: Scope, match: re.Match[str]) -> bool:
        return match[1] == "carol"  # no history registers anybody

    def out_of_reach(self, scope: Scope, match: re.Match[str]) -> bool:
        """Alice and bob are local agents; who is neither is at another machine."""
        dialled = self.events(scope.who, None, CallDialled)
        return match[1] == scope.who != "carol" and any(
            event.peer not in (ALICE, BOB)  # type: ignore[attr-defined]
            for event in dialled
        )

    def story(self, scope: Scope, match: re.Match[str]) -> bool:
        """What became of a call: true of one of the agent's calls at least."""
        text = match["story"]
        return any(self._is_story(scope.who, call, text) for call in self.calls(scope.who))

    def _is_story(self, who: str, call: str, text: str) -> bool:
        begin = self.events(who, call, CallDialled, CallIncoming)[0]
        outgoing = isinstance(begin, CallDialled)
        if begin.peer not in text or text.startswith("its call") is not outgoing:  # type: ignore[attr-defined]
            return False
        happened = self.of_call(who, call, CallAnswered, CallEstablished, CallClosed)
        last = happened[-1] if happened else None
        if self.is_over(who, call):
            return not re.search(r" is up | rings | not been answered | not acknowledged ", text)
        claims = {
            " is up ": isinstance(last, CallEstablished)
            or any(isinstance(one, CallEstablished) for one in happened),
            " but not acknowledged ": isinstance(last, CallAnswered),
            " has not been answered ": not happened and outgoing,
            " rings ": not happened and not outgoing,
        }
        return any(words in f"{text} " and true for words, true in claims.items())

    # -- audio -----------------------------------------------------------------------------------

    def is_muted(self, scope: Scope, match: re.Match[str]) -> bool:
        assert scope.call
        muted = self.of_call(match[1], scope.call, Muted)
        return muted[-1].on  # type: ignore[attr-defined]

    def sends_silence(self, scope: Scope, match: re.Match[str]) -> bool:
        return self.source(match[1], scope.call) == ("silence", False)

    def file_ended(self, scope: Scope, match: re.Match[str]) -> bool:
        return self.source(match[1], scope.call) == (match[2], True)

    def sends(self, scope: Scope, match: re.Match[str]) -> bool:
        who, source, tail = match[1], match[2], match[3]
        known, ended = self.source(who, scope.call)
        if source != ("silence" if ended else known):
            return False
        counts = self._history.packets
        ours, theirs = counts.get(scope.who, NOT_COUNTED), counts.get(who, NOT_COUNTED)
        if not tail:
            return True
        sent, lost = re.search(r"in (\d+) RTP", tail), "lost on the way" in tail
        arrived = re.search(r"; (\d+) arrived", tail)
        return (
            (theirs is not None and theirs.sent == (int(sent[1]) if sent else 0))
            and (not lost or (ours is not None and ours.received == 0 and theirs.sent > 0))
            and (not arrived or (ours is not None and ours.received == int(arrived[1])))
        )

    def out_of_call(self, scope: Scope, match: re.Match[str]) -> bool:
        assert scope.call
        return self.is_over(match[1], scope.call) and self.story(Scope(match[1]), match)

    def in_call_with(self, scope: Scope, match: re.Match[str]) -> bool:
        shared = set(self.calls(match[1])) & set(self.calls(match[2]))
        return bool(shared)

    def no_packet(self, scope: Scope, match: re.Match[str]) -> bool:
        counted = self._history.packets.get(match[1], NOT_COUNTED)
        return counted is not None and counted.received == 0

    def other_frequency(self, scope: Scope, match: re.Match[str]) -> bool:
        return float(match[1]) == scope.heard / 440

    def unsteady(self, scope: Scope, match: re.Match[str]) -> bool:
        return abs(scope.heard - 440) < 5

    def no_sdp(self, scope: Scope, match: re.Match[str]) -> bool:
        _, offer, what, _ = match.groups()
        return any(
            offer in described(one[0]) and not body(one[1]) and name_of(one[1]) == what
            for one in self.offers_and_answers(scope)
        )

    def nothing_fits(self, scope: Scope, match: re.Match[str]) -> bool:
        offerer, offer, _, answer = match.groups()
        return any(
            offer in described(one[0])
            and answer in described(one[1])
            and not have_common(audio(one[0]), audio(one[1]))
            for one in self.offers_and_answers(scope)
        ) and (offerer in (scope.who, "The other side"))

    # -- digits ----------------------------------------------------------------------------------

    def info_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, count, words, kind, what = match.groups()
        infos = self.exchanges(scope, "INFO", sent=False)
        refused = [
            one for one in infos if finals_of(one) and status_of(finals_of(one)[0].text) >= 300
        ]
        last = refused[-1]
        return (
            who == scope.who
            and len(refused) == int(count)
            and words_of(finals_of(last)[0].text) == words
            and (kind is None or header(last.text, "Content-Type") == kind)
            and (kind is None or body(last.text) == what)
            and (kind is not None or not header(last.text, "Content-Type"))
        )

    def no_digit(self, scope: Scope, match: re.Match[str]) -> bool:
        return not self.events(match[1], scope.call, DtmfSent)

    def digits_sent(self, scope: Scope, match: re.Match[str]) -> bool:
        who, digits, modes, lacks, refused, silent = match.groups()
        sent = self.events(who, scope.call, DtmfSent)
        infos = self.exchanges(Scope(who, scope.call), "INFO", sent=True)
        finals = [words_of(finals_of(one)[0].text) for one in infos if finals_of(one)]
        return (
            "".join(event.digits for event in sent) == digits  # type: ignore[attr-defined]
            and {event.mode for event in sent} == set(modes.split(" and "))  # type: ignore[attr-defined]
            and (lacks is None or self._lack_events(Scope(who, scope.call), lacks))
            and (refused is None or refused in finals)
            and (silent is None or sum(not one.answers for one in infos) == int(silent))
        )

    def _lack_events(self, scope: Scope, sides: str) -> bool:
        """Whether an offer, an answer or both lack events, of one pair of them."""

        def lacks(text: str) -> bool:
            found = audio(text)
            return found is not None and not found[3]

        return any(
            ("offer" not in sides or lacks(offer)) and ("answer" not in sides or lacks(answer))
            for offer, answer in self.offers_and_answers(scope)
        )

    def nothing_negotiated(self, scope: Scope, match: re.Match[str]) -> bool:
        infos = self.exchanges(scope, "INFO", sent=False)
        return not infos and self._lack_events(scope, match[1])

    def payload_type(self, scope: Scope, match: re.Match[str]) -> bool:
        who, number = match.groups()
        own = [one.text for one in self.messages(scope) if one.sent]
        infos = self.exchanges(scope, "INFO", sent=False)
        return (
            not infos
            and who == scope.who
            and any(f"a=rtpmap:{number} telephone-event" in text for text in own)
        )

    # -- transfers -------------------------------------------------------------------------------

    def refer_accepted(self, scope: Scope, match: re.Match[str]) -> bool:
        words, without, when = match.groups()
        return not self.exchanges(scope, "NOTIFY", sent=False) and any(
            words_of(answer.text) == words
            and delay_words(answer.at - one.first.at) == when
            and (without is None or header(answer.text, "Refer-Sub") == without)
            for one in self.exchanges(scope, "REFER", sent=True)
            for answer in one.answers
        )

    def notify_reported(self, scope: Scope, match: re.Match[str]) -> bool:
        report, state, words = match.groups()
        last = self.exchanges(scope, "NOTIFY", sent=False)[-1]
        is_over = header(last.text, "Subscription-State") == "terminated"
        told = body(last.text).startswith(report) and is_over is (state is not None)
        return told and self._answered(last, words)

    def notify_without_body(self, scope: Scope, match: re.Match[str]) -> bool:
        state, words = match.groups()
        last = self.exchanges(scope, "NOTIFY", sent=False)[-1]
        said = header(last.text, "Subscription-State") or "missing"
        return not body(last.text) and said == state and self._answered(last, words)

    @staticmethod
    def _answered(one: Exchange, words: str | None) -> bool:
        return words is None or words_of(finals_of(one)[0].text) == words
