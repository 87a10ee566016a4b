"""All keyword components."""

from .agents import AgentKeywords
from .agreement import AgreementKeywords
from .audio import AudioKeywords
from .barge_in import BargeInKeywords
from .being_called import BeingCalledKeywords, EarlyMediaKeywords
from .bulk import BulkKeywords
from .call_rate import CallRateKeywords
from .calls import CallKeywords, RefreshKeywords
from .conversation import ConversationKeywords
from .dtmf import DtmfKeywords
from .evidence import EvidenceKeywords, RecordingKeywords
from .loudness import LoudnessKeywords
from .messaging import MessagingKeywords
from .prompts import PromptKeywords
from .quality import QualityKeywords
from .registration import MailboxKeywords, RegistrationKeywords
from .rtp import RtpKeywords
from .sip_messages import HeaderKeywords, SipMessageKeywords
from .speech import SpeechKeywords
from .speech_output import SpeechOutputKeywords
from .speech_quality import SpeechQualityKeywords
from .states import StateKeywords
from .subscriptions import SubscriptionKeywords
from .timings import TimingKeywords
from .transfers import TransferKeywords
from .verdicts import HearingKeywords, VerdictKeywords

COMPONENTS = (
    AgentKeywords,
    RegistrationKeywords,
    MailboxKeywords,
    SubscriptionKeywords,
    CallKeywords,
    BeingCalledKeywords,
    EarlyMediaKeywords,
    RefreshKeywords,
    TransferKeywords,
    DtmfKeywords,
    MessagingKeywords,
    StateKeywords,
    HeaderKeywords,
    AgreementKeywords,
    SipMessageKeywords,
    AudioKeywords,
    HearingKeywords,
    LoudnessKeywords,
    PromptKeywords,
    SpeechKeywords,
    SpeechOutputKeywords,
    BargeInKeywords,
    QualityKeywords,
    SpeechQualityKeywords,
    RtpKeywords,
    TimingKeywords,
    RecordingKeywords,
    ConversationKeywords,
    VerdictKeywords,
    BulkKeywords,
    CallRateKeywords,
    EvidenceKeywords,
)
