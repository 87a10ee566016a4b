"""A phone by pjsua2 in a process of its own: commands come as JSON lines, events leave as such.

It sends a tone, and tells which one it hears. It ends when its standard input does.
"""

import json
import os
import queue
import sys
import threading
import time
from typing import Any

import numpy as np
import pjsua2 as pj

#: What it listens to, at this rate (Hz), and how much of it at a time (samples).
RATE, WINDOW = 8000, 2400
TONE = 620
#: What pjsip says when it can't do something now (PJ_EINVALIDOP), and how long it may say so (s).
INVALID_OPERATION, PATIENCE = 70013, 5.0
#: What is told goes here; pjsip itself prints to standard output.
_TOLD = os.fdopen(os.dup(1), "w", buffering=1)


def tell(event: str, **fields: Any) -> None:
    _TOLD.write(json.dumps({"event": event, **fields}) + "\n")


class Listener(pj.AudioMediaPort):
    """Tells the loudest tone, each time it is another one."""

    def __init__(self) -> None:
        super().__init__()
        self.samples = np.zeros(0)
        self.heard: int | None = None

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        new = np.frombuffer(bytes(frame.buf), dtype=np.int16) / 32768
        self.samples = np.concatenate([self.samples, new])
        if self.samples.size < WINDOW:
            return
        window, self.samples = self.samples[:WINDOW], np.zeros(0)
        heard = None
        if np.sqrt(np.mean(window**2)) > 0.003:
            spectrum = np.abs(np.fft.rfft(window * np.hanning(WINDOW)))
            heard = round(float(np.argmax(spectrum)) * RATE / WINDOW)
        if heard != self.heard:
            self.heard = heard
            tell("hears", hz=heard)


class Call(pj.Call):
    """Tells what becomes of it."""

    phone: "Phone"

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        tell(
            "state",
            call=self.getId(),
            state=info.stateText,
            code=info.lastStatusCode,
            reason=info.lastReason,
        )
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.phone.calls.remove(self)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # the media would go with what they belong to
        for number, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            tell("media", call=self.getId(), status=media.status, direction=media.dir)
            if media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                audio = self.getAudioMedia(number)
                self.phone.tone.startTransmit(audio)
                audio.startTransmit(self.phone.listener)

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        tell("digit", digit=prm.digit)

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        tell("referred", to=prm.dstUri)
        call = Call(self.phone.account)
        call.phone = self.phone
        self.phone.calls.append(call)
        prm.newCall = call

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        tell("notified", code=prm.statusCode, reason=prm.reason, final=prm.finalNotify)
        if prm.finalNotify and prm.statusCode // 100 == 2:
            prm.cont = False
            self.hangup(pj.CallOpParam())  # as a phone does whose transfer worked

    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        call = Call(self.phone.account)
        call.phone = self.phone
        self.phone.calls.append(call)
        prm.newCall = call


class Account(pj.Account):
    """Takes calls."""

    phone: "Phone"

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = self.phone.new_call(prm.callId)
        ringing = pj.CallOpParam()
        ringing.statusCode = 180
        call.answer(ringing)
        tell("incoming", call=prm.callId, source=call.getInfo().remoteUri)


class Phone:
    """The endpoint, its one account and its calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 3
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.medConfig.clockRate = RATE
        self.endpoint.libInit(config)
        self.endpoint.audDevManager().setNullDev()
        transport = pj.TransportConfig()
        transport.boundAddress = transport.publicAddress = "127.0.0.1"
        number = self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        where = self.endpoint.transportGetInfo(number).localName
        self.uri = f"sip:pjsua@{where}"
        account = pj.AccountConfig()
        account.idUri = self.uri
        account.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        account.mediaConfig.transportConfig.publicAddress = "127.0.0.1"
        self.account = Account()
        self.account.phone = self
        self.account.create(account)
        self.tone = pj.ToneGenerator()
        self.tone.createToneGenerator(RATE, 1)
        steady = pj.ToneDesc()
        steady.freq1, steady.on_msec, steady.off_msec, steady.volume = TONE, 1000, 0, 8000
        tones = pj.ToneDescVector()
        tones.append(steady)
        self.tone.play(tones, True)
        self.listener = Listener()
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, 20000, 16)
        self.listener.createPort("listener", form)

    def new_call(self, number: int = pj.PJSUA_INVALID_ID) -> Call:
        call = Call(self.account, number)
        call.phone = self
        self.calls.append(call)
        return call

    def call(self, uri: str) -> None:
        self.new_call().makeCall(uri, pj.CallOpParam(True))

    def answer(self, code: int = 200, reason: str = "") -> None:
        parameters = pj.CallOpParam()
        parameters.statusCode, parameters.reason = code, reason
        self.calls[-1].answer(parameters)

    def hang_up(self) -> None:
        self.calls[-1].hangup(pj.CallOpParam())

    def hold(self) -> None:
        self.calls[-1].setHold(pj.CallOpParam(True))

    def resume(self) -> None:
        parameters = pj.CallOpParam(True)
        parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.calls[-1].reinvite(parameters)

    def press(self, digits: str) -> None:
        self.calls[-1].dialDtmf(digits)

    def refer(self, uri: str) -> None:
        self.calls[-1].xfer(uri, pj.CallOpParam(True))

    def connect(self) -> None:
        """Attended transfer: connects the peers of its first and its second call."""
        self.calls[0].xferReplaces(self.calls[1], pj.CallOpParam(True))

    def run(self) -> None:
        commands: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=_read, args=(commands,), daemon=True).start()
        tell("ready", uri=self.uri)
        while True:
            self.endpoint.libHandleEvents(10)
            try:
                command = commands.get_nowait()
            except queue.Empty:
                continue
            if command is None:
                break
            self._carry_out(**command)
        self.endpoint.hangupAllCalls()

    def _carry_out(self, do: str, **arguments: Any) -> None:
        """Tries again while pjsip is busy with a re-INVITE of its own, such as for one codec."""
        busy_until = time.monotonic() + PATIENCE
        while True:
            try:
                getattr(self, do)(**arguments)
            except pj.Error as error:
                if error.status == INVALID_OPERATION and time.monotonic() < busy_until:
                    self.endpoint.libHandleEvents(10)
                    continue
                tell("failed", why=error.info())
            return


def _read(commands: "queue.Queue[dict[str, Any] | None]") -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put(None)


if __name__ == "__main__":
    Phone().run()
    os._exit(0)  # libDestroy waits for what Python still holds
