"""The private folder of a baresip that is started: its configuration, and nothing secret."""

from collections.abc import Iterable
from pathlib import Path

from ...account import Account, codec_name
from ...errors import UsageError
from .. import wire
from ..stack_settings import Reader
from . import programs
from .programs import Program
from .settings import External

#: A device nobody feeds: no RTP is sent until there is something to send.
QUIET = "aubridge,quiet"
#: A file of silence in the folder of a baresip that is started, and the device that plays it.
PAUSE_FILE = "pause.wav"
PAUSE = f"aufile,{PAUSE_FILE}"
#: What tones and prompts are made at: baresip 1.0 takes no other rate (Hz) and channels for tones.
SOURCE_RATE, SOURCE_CHANNELS = 48000, 2
RECORDINGS = "recordings"

_FIXED = (
    "audio_player aubridge,player",
    "audio_alert aubridge,alert",
    f"ausrc_srate {SOURCE_RATE}",
    f"ausrc_channels {SOURCE_CHANNELS}",
    "call_max_calls 20",
    "call_hold_other_calls no",
    "menu_bell no",
    "ringback_disabled yes",
    "statmode_default off",
    "dns_getaddrinfo yes",
)


def write(
    folder: Path, program: Program, account: Account, settings: External, sip: str, control: int
) -> None:
    """Fills the folder. `sip` is the address and port for SIP, `control` the port of ctrl_tcp.

    Raises:
        UsageError: the settings name what this program does not read.
    """
    modules = _modules(program.modules, account)
    _check(settings, program, modules)
    address = sip.rpartition(":")[0]
    lines = [
        *settings.lines,  # the first line of a name counts
        f"sip_listen {sip}",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
        f"net_interface {address.strip('[]')}",
        f"audio_source {PAUSE if program.version.stops_when_held else QUIET}",
        *_FIXED,
        wire.ring_line(account),
        *wire.MEDIA,
        *wire.tls_lines(account),
        f"snd_path {RECORDINGS}",  # it runs in its folder, and cuts long paths
        f"module_path {program.module_folder}",
        *(f"{kind} {name}.so" for name, kind in modules.items()),
    ]
    (folder / "config").write_text("".join(f"{line}\n" for line in lines))
    for name in ("accounts", "contacts"):  # accounts come over the control connection
        (folder / name).touch()


def _check(settings: External, program: Program, modules: Iterable[str]) -> None:
    described = f"baresip {program.version}"
    for name in sorted(settings.own_modules - program.modules):
        raise UsageError(f"config: {described} has no module {name} in {program.module_folder}.")
    loaded = settings.own_modules.union(modules)
    settings.require_read_by(Reader(described, program.version[:2], loaded))


def _modules(available: frozenset[str], account: Account) -> dict[str, str]:
    """The modules to load, each with how the configuration names its kind."""
    codecs = [codec_name(codec) for codec in account.audio_codecs] or list(programs.COMMON)
    wanted = [programs.codec_module(name) for name in codecs]
    wanted += ["auconv", "auresamp", "sndfile", "ausine", "aufile", "aubridge"]
    if account.media_enc:
        wanted.append(programs.encryption_module(account.media_enc, available))
    if account.stun_server:
        wanted += ["stun", "turn", "ice"]
    # Loaded later than these, mwi subscribes for ever when the registrar answers at once.
    applications = ["mwi"] if account.mwi else []
    applications += ["account", "menu", "ctrl_tcp", "debug_cmd"]
    kinds = dict.fromkeys(wanted, "module") | dict.fromkeys(applications, "module_app")
    return {name: kind for name, kind in kinds.items() if name in available}
