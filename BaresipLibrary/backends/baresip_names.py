"""The names that baresip reads in its configuration and in an account, in versions 1.0 to 4.10.

Columns: the name, who reads it (`core`, or modules), the first version that does, the last one
(`-`: the newest known), and the kind of value.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Release = tuple[int, int]


class Name(NamedTuple):
    """A name that baresip reads. `modules` is empty when its core reads the name."""

    modules: frozenset[str]
    since: Release
    until: Release | None
    kind: str

    def is_read_by(self, release: Release) -> bool:
        """Whether a version reads the name."""
        return self.since <= release and (self.until is None or release <= self.until)

    @property
    def versions(self) -> str:
        """The versions that read the name, as a clause."""
        first = ".".join(map(str, self.since))
        if self.until is None:
            return f"{first} and later do"
        return f"{first} to {'.'.join(map(str, self.until))} do"


#: Account parameters. A kind with a bar lists the values.
_PARAMETERS = """
100rel core 2.6 - no|yes|required
autelev_pt core 2.0 - number
call_transfer core 1.0 - no|yes
check_origin core 4.5 - no|yes
extra core 1.0 - text
fbregint core 1.1 - number
inreq_allowed core 3.10 - no|yes
natpinhole core 2.11 - no|yes
outbound2 core 1.0 - text
prio core 1.1 - number
ptime core 1.0 - number
pubint presence 1.0 - number
regq core 1.0 - text
rtcp_mux core 2.10 - no|yes
rwait core 1.0 - number
sip_autoanswer menu 1.1 - no|yes
sip_autoanswer_beep menu 2.0 - on|off|local
sip_autoredirect menu 3.3 - no|yes
sipnat core 1.0 - outbound
tcpsrcport core 2.0 - number
uas_pass core 2.8 - text
uas_user core 2.8 - text
video_codecs core 1.0 - text
video_display core 3.15 - text
video_source core 3.15 - text
"""

#: Configuration lines. A flag is yes or no; a list may have several lines.
_CONFIGURATION = """
aac_aot aac 1.0 - number
aac_bitrate aac 1.0 - number
aac_channels aac 1.0 - number
aac_constantduration aac 1.0 - number
aac_samplerate aac 1.0 - number
audec_format core 1.0 - text
audio_alert core 1.0 - text
audio_buffer core 1.0 - range
audio_buffer_mode core 2.0 - fixed|adaptive
audio_jitter_buffer_delay core 3.2 4.0 range
audio_jitter_buffer_ms core 4.1 - range
audio_jitter_buffer_size core 4.1 - number
audio_jitter_buffer_type core 3.2 - off|fixed|adaptive
audio_level core 1.0 - flag
audio_path core 1.0 - text
audio_player core 1.0 - text
audio_silence core 2.0 - text
audio_source core 1.0 - text
audio_telev_pt core 2.0 - number
audio_txmode core 1.0 4.5 poll|thread
auenc_format core 1.0 - text
augain augain 3.17 - text
auplay_channels core 1.0 - number
auplay_format core 1.0 - text
auplay_srate core 1.0 - number
ausrc_channels core 1.0 - number
ausrc_format core 1.0 - text
ausrc_srate core 1.0 - number
avcodec_h264dec avcodec 1.0 - text
avcodec_h264enc avcodec 1.0 - text
avcodec_h265dec avcodec 1.0 - text
avcodec_h265enc avcodec 1.0 - text
avcodec_hwaccel avcodec 1.0 - text
avcodec_keyint avcodec 2.8 - number
avcodec_profile_level_id avcodec 2.0 - text
avformat_decoder avformat 1.1 - text
avformat_hwaccel avformat 1.1 - text
avformat_inputformat avformat 1.1 - text
avformat_pass_through avformat 2.0 - text
avformat_rtsp_transport avformat 2.0 - text
avt_bundle core 2.0 - flag
busy_aufile menu 1.1 - text
call_accept core 3.16 - flag
call_hold_other_calls core 1.1 - flag
call_local_timeout core 1.0 - number
call_max_calls core 1.0 - number
callwaiting_aufile menu 1.1 - text
codec2_mode codec2 1.0 - number
cons_listen cons 1.0 - text
ctrl_dbus_use ctrl_dbus 1.1 - text
ctrl_tcp_listen ctrl_tcp 1.0 - text
cuser_random core 4.1 4.1 flag
decode_buffer core 2.5 2.5 range
decode_buffer_mode core 2.5 2.5 text
dns_fallback core 1.0 - list
dns_getaddrinfo core 2.7 - flag
dns_server core 1.0 - list
dtls_srtp_use_ec dtls_srtp 2.0 - text
ebuacip_jb_type ebuacip 1.0 3.24 text
error_aufile menu 1.1 - text
evdev_device evdev 1.0 - text
file_ausrc menu 1.1 - text
file_channels core 1.1 - number
file_srate core 1.1 - number
filter_registrar core 3.15 - text
gtk_clean_number gtk 1.0 - flag
gtk_use_status_icon gtk 3.17 - flag
gtk_use_window gtk 3.17 - flag
hangup_aufile menu 4.0 - text
http_listen httpd 1.0 - text
httpreq_ca httpreq 1.1 - list
httpreq_cert httpreq 1.1 - text
httpreq_hostname httpreq 1.1 - text
httpreq_key httpreq 1.1 - text
ice_policy ice 2.10 - text
jack_client_name jack 1.0 - text
jack_connect_ports jack 1.0 - flag
jack_server_name jack 3.16 - text
jitter_buffer_delay core 1.0 4.0 range
jitter_buffer_type core 1.1 3.1 off|fixed|adaptive
jitter_buffer_wish core 1.1 2.0 number
menu_bell menu 1.0 1.0 flag
menu_clean_number menu 1.0 - flag
menu_max_earlyaudio menu 3.1 - number
menu_max_earlyvideo_rx menu 3.1 - number
menu_max_earlyvideo_tx menu 3.1 - number
menu_message_tone menu 3.18 - flag
mixausrc_fade_packets mixausrc 1.1 3.2 number
mixausrc_wish_size mixausrc 1.1 - number
module core 1.0 - list
module_app core 1.0 - list
module_path core 1.0 - text
module_tmp core 1.0 2.10 list
mpa_bitrate mpa 1.0 4.1 number
mpa_layer mpa 1.0 4.1 number
mpa_mirror mpa 1.0 4.1 flag
mpa_mode mpa 1.0 4.1 text
mpa_samplerate mpa 1.0 4.1 number
mqtt_basetopic mqtt 1.0 - text
mqtt_broker_cafile mqtt 1.1 - text
mqtt_broker_clientid mqtt 1.0 - text
mqtt_broker_host mqtt 1.0 - text
mqtt_broker_password mqtt 1.0 - text
mqtt_broker_port mqtt 1.0 - number
mqtt_broker_user mqtt 1.0 - text
mqtt_publishtopic mqtt 1.1 - text
mqtt_subscribetopic mqtt 1.1 - text
multicast_call_prio multicast 1.1 3.11 number
multicast_fade_time multicast 2.3 3.11 number
multicast_jbuf_delay multicast 2.0 3.11 text
multicast_jbuf_type multicast 2.0 3.11 text
multicast_jbuf_wish multicast 2.0 2.0 text
multicast_listener multicast 1.1 3.11 list
multicast_ttl multicast 2.0 3.11 number
natpmp_server natpmp 1.0 - text
net_af core 3.1 - text
net_interface core 1.0 - text
netroam_interval netroam 2.0 - number
notfound_aufile menu 1.1 - text
opus_application opus,opus_multistream 1.0 - text
opus_bitrate opus,opus_multistream 1.0 - number
opus_cbr opus,opus_multistream 1.0 - flag
opus_complexity opus,opus_multistream 1.0 - number
opus_dtx opus,opus_multistream 1.0 - flag
opus_inbandfec opus,opus_multistream 1.0 - flag
opus_mirror opus,opus_multistream 1.0 - flag
opus_ms_c_streams opus_multistream 1.0 - number
opus_ms_channels opus_multistream 1.0 - number
opus_ms_streams opus_multistream 1.0 - number
opus_packet_loss opus 1.0 - number
opus_samplerate opus 1.0 - number
opus_sprop_stereo opus,opus_multistream 1.0 - flag
opus_stereo opus,opus_multistream 1.0 - flag
pcp_server pcp 1.0 - text
poll_method core 1.0 3.2 text
redial_attempts menu 1.0 - text
redial_delay menu 1.0 - number
ring_aufile menu 1.1 - text
ringback_aufile menu 1.1 - text
ringback_disabled menu 1.0 - flag
rtcp_mux core 1.0 2.10 flag
rtp_bandwidth core 1.0 - range
rtp_ports core 1.0 - range
rtp_rxmode core 3.9 - text
rtp_stats core 1.0 - flag
rtp_timeout core 1.0 - number
rtp_tos core 1.0 - number
rtp_video_tos core 2.0 - number
selfview_size selfview 1.0 - text
sip_autoanswer_aufile menu 1.1 - text
sip_autoanswer_beep menu 1.1 1.1 flag
sip_autoanswer_method menu 1.1 - text
sip_cafile core 1.0 - text
sip_capath core 1.1 - text
sip_certificate core 1.0 - text
sip_cuser_random core 4.2 - flag
sip_listen core 1.0 - text
sip_tls_resumption core 3.11 - text
sip_tos core 2.0 - number
sip_trans_def core 1.1 - text
sip_transports core 2.0 - text
sip_verify_client core 3.10 - flag
sip_verify_server core 1.1 - flag
snd_path sndfile 1.0 - text
speex_agc_level speex_pp 1.0 1.1 number
statmode_default menu 1.0 - text
videnc_format core 1.0 - text
video_bitrate core 1.0 - number
video_burst_bits core 3.1 - number
video_display core 1.0 - text
video_fps core 1.0 - text
video_fullscreen core 1.0 - flag
video_jitter_buffer_delay core 3.2 4.0 range
video_jitter_buffer_ms core 4.1 - range
video_jitter_buffer_size core 4.1 - number
video_jitter_buffer_type core 3.2 - off|fixed|adaptive
video_selfview selfview 1.0 - text
video_sendrate core 3.1 - number
video_size core 1.0 - text
video_source core 1.0 - text
vidinfo_layout vidinfo 1.0 - text
vp8_enc_cpuused vp8 3.11 - text
vp8_enc_threads vp8 3.11 - number
vumeter_stderr vumeter 1.0 - flag
webrtc_aec_extended_filter webrtc_aec 1.0 - flag
zrtp_hash zrtp 1.0 2.7 flag
zrtp_parallel gzrtp 1.0 - flag
"""


def _read(table: str) -> Mapping[str, Name]:
    rows = [row.split() for row in table.strip().splitlines()]
    return MappingProxyType({name: _name(*rest) for name, *rest in rows})


def _name(readers: str, since: str, until: str, kind: str) -> Name:
    modules = frozenset(readers.split(",")) - {"core"}
    return Name(modules, _release(since), None if until == "-" else _release(until), kind)


def _release(text: str) -> Release:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


PARAMETERS = _read(_PARAMETERS)
CONFIGURATION = _read(_CONFIGURATION)
