"""The settings of the external backend, and the private folder of a baresip that it starts."""

import re
from collections.abc import Iterable
from pathlib import Path

from ...account import Account, codec_name
from ...errors import UsageError
from ...frozen import frozen
from ..baresip_text import MEDIA, ring_line, tls_lines
from ..stack_settings import Reader, StackSettings
from . import installation
from .installation import InstalledBaresip

_HOST_PORT = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>\d{1,5})"


@frozen
class ExternalSettings(StackSettings):
    """The options of the external backend, beside the suite's own settings of baresip.

    `executable`: a name on PATH or a path; `control`: ``host:port`` of the ctrl_tcp of a running
    baresip; `recordings`: the folder where the recordings of that baresip can be read.
    """

    executable: str | None = None
    control: str | None = None
    recordings: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.control is not None and not re.fullmatch(_HOST_PORT, self.control):
            raise UsageError(f"control '{self.control}' is not of the form host:port.")
        if self.control is not None and not 0 < self.control_address[1] < 65536:
            raise UsageError(f"control '{self.control}': a port is a number from 1 to 65535.")
        if self.control is not None and (self.executable or self.config):
            raise UsageError(
                "control= attaches to a running baresip and takes no executable= and no config=."
            )
        if self.recordings is not None and not self.recordings.is_dir():
            raise UsageError(f"recordings_folder: there is no folder {self.recordings}.")

    @property
    def control_address(self) -> tuple[str, int]:
        """Host and port of `control`."""
        match = re.fullmatch(_HOST_PORT, self.control or "")
        assert match is not None
        return match["host"].strip("[]"), int(match["port"])


#: A device without input: no RTP is sent until another source is chosen.
QUIET = "aubridge,quiet"
#: A file of silence in the folder of a baresip that is started, and the device that plays it.
PAUSE_FILE = "pause.wav"
PAUSE = f"aufile,{PAUSE_FILE}"
#: Rate (Hz) and channels of tones and prompts: for tones baresip 1.0 takes no others.
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
    folder: Path,
    program: InstalledBaresip,
    account: Account,
    settings: ExternalSettings,
    sip: str,
    control: int,
) -> None:
    """Writes the configuration. `sip` is the address and port for SIP, `control` that of ctrl_tcp.

    The folder holds no secret: the account follows over the control connection.

    Raises:
        UsageError: this program does not read one of the settings.
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
        ring_line(account),
        *MEDIA,
        *tls_lines(account),
        f"snd_path {RECORDINGS}",  # relative to its folder, as long paths are cut
        f"module_path {program.module_folder}",
        *(f"{kind} {name}.so" for name, kind in modules.items()),
    ]
    (folder / "config").write_text("".join(f"{line}\n" for line in lines))
    for name in ("accounts", "contacts"):  # accounts come over the control connection
        (folder / name).touch()


def _check(settings: ExternalSettings, program: InstalledBaresip, modules: Iterable[str]) -> None:
    described = f"baresip {program.version}"
    for name in sorted(settings.own_modules - program.modules):
        raise UsageError(f"config: {described} has no module {name} in {program.module_folder}.")
    loaded = settings.own_modules.union(modules)
    settings.require_read_by(Reader(described, program.version[:2], loaded))


def _modules(available: frozenset[str], account: Account) -> dict[str, str]:
    """The modules to load, each with the setting that loads it."""
    codecs = [codec_name(codec) for codec in account.audio_codecs] or list(installation.COMMON)
    wanted = [installation.codec_module(name) for name in codecs]
    wanted += ["auconv", "auresamp", "sndfile", "ausine", "aufile", "aubridge"]
    if account.media_enc:
        wanted.append(installation.encryption_module(account.media_enc, available))
    if account.stun_server:
        wanted += ["stun", "turn", "ice"]
    # Loaded after the others, mwi subscribes endlessly when the registrar answers at once.
    applications = ["mwi"] if account.mwi else []
    applications += ["account", "menu", "ctrl_tcp", "debug_cmd"]
    kinds = dict.fromkeys(wanted, "module") | dict.fromkeys(applications, "module_app")
    return {name: kind for name, kind in kinds.items() if name in available}
