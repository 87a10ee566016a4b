*** Settings ***
Documentation       Two calls with all that a ladder draws, one that passes and one that fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    &{SETTINGS}


*** Variables ***
&{SETTINGS}


*** Test Cases ***
Good Call
    Transfer After A Hold

Bad Call
    Transfer After A Hold
    Fail    This is to fail.


*** Keywords ***
Transfer After A Hold
    FOR    ${name}    IN    alice    bob    carol
        Start Agent    ${name}    media_enc=srtp
    END
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Send Dtmf    alice    12#
    Wait Until Dtmf Received    bob    12#
    Hold    alice
    Resume    alice
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    alice    IDLE
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    bob    carol
    Hang Up    carol
    Wait Until State Is    bob    IDLE
    Log Call Flow    bob    carol
    Save Sip Trace    saved/${TEST NAME}.txt
    Save Sip Trace    saved/${TEST NAME} of carol.pcap    carol
