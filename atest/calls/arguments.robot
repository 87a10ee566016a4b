*** Settings ***
Documentation       Arguments that are misspelt, in the wrong place, or no value of their kind are refused at once,
...                 with what would be right.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Test Teardown       Nothing Should Have Been Started


*** Test Cases ***
A Misspelt Name After The Positional Arguments
    [Documentation]    Robot takes it for the password.
    Run Keyword And Expect Error
    ...    Start Agent has no argument 'trasport'. Did you mean transport\=? If this is the password, write password\= before it.
    ...    Start Agent    alice    1001    127.0.0.1    trasport=tcp

In Any Keyword
    [Documentation]    Robot passes what it does not know as text.
    [Template]    Should Suggest
    timeout    Register    alice    timeot\=5s
    timeout    Get Header    alice    timeuot\=5s
    timeout    Wait Until State Is    alice    IDLE    tiemout\=2s
    duration    Call Should Stay Established    alice    durtion\=3s
    call    Hang Up    alice    cal\=abc
    headers    Dial    alice    bob    header\=x
    headers    Dial    alice    haeders\=x
    within    Verify Audio    alice    440 Hz    wihtin\=5s
    message    Get State    alice    ==    IDLE    mesage\=Not idle
    reason    Reject    alice    603    reson\=No
    direction    Get Recording    alice    direktion\=tx

After A Named Argument
    Run Keyword And Expect Error
    ...    Keyword 'BaresipLibrary.Start Agent' got unexpected named argument 'trasport'. Did you mean transport\=?
    ...    Start Agent    alice    display_name=Alice    trasport=tcp

In Another Case
    Run Keyword And Expect Error
    ...    Start Agent has no argument 'Transport'. Did you mean transport\=? *
    ...    Start Agent    alice    Transport=tcp

Values That Hold An Equals Sign
    [Documentation]    What begins like nothing that the keyword takes, or comes with its name, is a value.
    Start Agent    alice    1001    127.0.0.1    c2VjcmV0=    regint=0
    Start Agent    bob    1002    127.0.0.1    password=trasport=tcp    regint=0
    Start Agent    carol    1003    127.0.0.1    transport\=tcp    regint=0
    Start Agent    dave
    ${dave} =    Get Info    dave
    Dial    alice    ${dave.aor};x-trasport=y
    Wait Until State Is    dave    RINGING
    Run Keyword And Expect Error    The header To at dave '*' (str) should be 'timeot=5' (str)
    ...    Get Header    dave    To    ==    timeot=5
    [Teardown]    Stop All Agents

Values Of A Kind Are Listed
    [Template]    Should Raise ValueError
    Argument 'transport' got value 'tpc' that cannot be converted to Transport: Transport does not have member 'tpc'. Available: 'tcp', 'tls', 'udp', 'ws' and 'wss'. Did you mean 'tcp'?
    ...    Start Agent    alice    transport=tpc
    *cannot be converted to MediaEncryption: MediaEncryption does not have member 'sdes'. Available: 'dtls_srtp', * Did you mean 'srtp'?
    ...    Start Agent    alice    media_enc=sdes
    *cannot be converted to QualityField: QualityField does not have member 'delay'. Available: 'jitter', 'mos', 'packet_loss' and 'rtt'
    ...    Get Call Quality    alice    delay
    *cannot be converted to DtmfMode: * Available: 'auto', 'inband', 'info' and 'rtpevent'. Did you mean 'rtpevent'?
    ...    Send Dtmf    alice    1    mode=rtp
    *cannot be converted to AssertionOperator: * Available: '!\=', *
    ...    Get State    alice    IDLE
    *cannot be converted to Level: 'loud' is not a level; write it like '-30 dBFS'.
    ...    Verify Audio Level    alice    min=loud
    *cannot be converted to timedelta: Invalid time string 'soon'.
    ...    Wait Until State Is    alice    IDLE    timeout=soon

An Unknown Backend Is Refused With The Names Of All
    [Template]    Should Be Refused
    There is no backend 'emedded'. Did you mean 'embedded'? Backends: auto, embedded, external.
    ...    Start Agent    alice    backend=emedded
    There is no backend 'wheel'. Backends: auto, embedded, external.
    ...    Start Agents    a    2    backend=wheel

Truth Values Are True Or False
    [Template]    Should Be Refused
    mwi must be True or False, not 'perhaps'.    Start Agent    alice    mwi=perhaps
    catch_all must be True or False, not 'sometimes'.    Start Agent    alice    catch_all=sometimes
    wait must be True or False, not 'flase'.    Register    alice    flase
    mwi must be True or False, not 'perhaps'.    Start Agents    a    2    mwi=perhaps
    Agents have no setting 'trasport'. Did you mean 'transport'?    Start Agents    a    2    trasport=tcp

None Is Left Out
    [Documentation]    As a variable, and as a word.
    Start Agent    alice    media_enc=${None}    backend=None    ring_timeout=NONE    catch_all=None
    Start Agents    b    1    media_enc=None
    [Teardown]    Stop All Agents


*** Keywords ***
Should Suggest
    [Arguments]    ${meant}    @{keyword}
    Run Keyword And Expect Error    *Did you mean ${meant}=[?]*    @{keyword}

Should Raise ValueError
    [Arguments]    ${told}    @{keyword}    &{named}
    Run Keyword And Expect Error    ValueError: ${told}    @{keyword}    &{named}

Should Be Refused
    [Arguments]    ${told}    @{keyword}    &{named}
    Run Keyword And Expect Error    ${told}    @{keyword}    &{named}

Nothing Should Have Been Started
    Run Keyword And Expect Error    There is no agent 'alice'. *No agent is running.    Get State    alice
