*** Settings ***
Documentation       How good speech sounds, by published models. The prompts were said by a person.
Resource            ../hearing/talk.resource
Library             ../resources/Relay.py
Library             ../resources/Sounds.py


*** Variables ***
${SOUNDS}           /usr/share/asterisk/sounds/en_US_f_Allison
${PROMPT}           ${SOUNDS}/conf-getconfno.wav
${OTHER}            ${SOUNDS}/vm-newpassword.wav


*** Test Cases ***
A Clean Call Is Better Than Lost Packets And Than Clipping
    [Documentation]    A busy machine may spoil the clean call, too: it has three tries.
    [Tags]    once on embedded: what is scored does not depend on who recorded it
    Needs    TIME_AUDIO
    Wait Until Keyword Succeeds    3x    1ms    Clean Should Be Better Than Lossy And Clipped

A Score Says What It Is
    Needs    TIME_AUDIO
    Talk    PCMU
    Send Audio    alice    file:${PROMPT}
    ${score} =    Get Speech Quality    bob    reference=${PROMPT}    timeout=30s
    Should Be Equal    ${score.scale}    MOS-LQO from 1 to 5 beside a narrowband reference
    Should Start With    ${score.source}    ViSQOL 3
    Should Be True    ${score.likeness} > 0.7
    Should Be True    3 < $score.end - $score.begin < 4
    Should Be True    $score == $score.scores['mos_lqo'] <= $score.scores['at_most']

A Score Is Compared During The Call And After It
    [Tags]    once on embedded: what is scored does not depend on who recorded it
    Talk    PCMU
    Send Audio    alice    file:${PROMPT}
    ${most} =    Get Speech Quality    bob    >    3    field=at_most    reference=${PROMPT}    timeout=30s
    VAR    ${less}    ${{$most.scores['mos_lqo'] - 0.2}}
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Run Keyword And Expect Error
    ...    The mos_lqo of what bob heard '*' (float) should be less than '${less}' (float)
    ...    Get Speech Quality    bob    <    ${less}    reference=${PROMPT}
    ${score} =    Get Speech Quality    bob    >    2
    Should Be Equal    ${score.scale}    MOS from 1 to 5, as predicted without a reference
    Should Be Equal    ${score.source}    DNSMOS P.835 and PLCMOS v2 (speechmos)
    Should Be Equal    ${{sorted($score.scores)}}    ${{['bak', 'ovrl', 'plcmos', 'sig']}}

Another Prompt Gets No Score
    Needs    TIME_AUDIO
    Talk    PCMU
    Run Keyword And Expect Error
    ...    alice has no call '1234' with speech. Its calls: *
    ...    Get Speech Quality    alice    call=1234
    Run Keyword And Expect Error
    ...    bob has not heard enough speech to score: 0.0 s in * s of audio, and it takes 2 s.
    ...    Get Speech Quality    bob
    Send Audio    alice    file:${OTHER}
    Verify Prompt    bob    ${OTHER}
    Run Keyword And Expect Error
    ...    bob has not heard all of conf-getconfno.wav: * (waited 1 s).
    ...    Get Speech Quality    bob    reference=${PROMPT}    timeout=1s

What Cannot Be Scored Is Refused At Once
    Needs    TIME_AUDIO
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice has no call with speech. Dial or Accept one first.
    ...    Get Speech Quality    alice    reference=${PROMPT}
    Run Keyword And Expect Error
    ...    alice has no call with speech. Dial or Accept one first (waited 0.1 s).
    ...    Get Speech Quality    alice    timeout=100ms
    Run Keyword And Expect Error
    ...    There is no audio file at *nothing.wav*
    ...    Get Speech Quality    alice    reference=nothing.wav    timeout=30s
    Run Keyword And Expect Error
    ...    *beep.wav cannot be a reference: from its first to its last sound it must take 1 s or more.
    ...    Get Speech Quality    alice    reference=${SOUNDS}/beep.wav
    ${noise} =    Make Tone File    hum.wav    440    seconds=3
    Run Keyword And Expect Error
    ...    *hum.wav cannot be a reference: it begins or ends with a steady sound, so that its place is not known.
    ...    Get Speech Quality    alice    reference=${noise}
    Run Keyword And Expect Error
    ...    There is no sig with a reference; there are mos_lqo, at_most.
    ...    Get Speech Quality    alice    reference=${PROMPT}    field=sig
    Run Keyword And Expect Error
    ...    There is no mos_lqo without a reference; there are ovrl, sig, bak, plcmos.
    ...    Get Speech Quality    alice    field=mos_lqo
    Run Keyword And Expect Error
    ...    'good' is not a number.
    ...    Get Speech Quality    alice    >    good    message=never shown


*** Keywords ***
Start Two Agents
    [Arguments]    ${name}
    ${caller} =    Start Agent    ${name}-caller    audio_codecs=${{['PCMU']}}
    ${callee} =    Start Agent    ${name}-callee    audio_codecs=${{['PCMU']}}
    RETURN    ${caller}    ${callee}

Connect To
    [Arguments]    ${caller}    ${target}    ${callee}
    Dial    ${caller}    ${target}
    Accept    ${callee}
    Wait Until State Is    ${caller}    ESTABLISHED
    Wait Until State Is    ${callee}    ESTABLISHED

Clean Should Be Better Than Lossy And Clipped
    [Documentation]    Three calls at the same time, and in each the prompt is played once.
    Stop All Agents
    ${as it is} =    Amplify Sound File    clean.wav    ${PROMPT}    0
    ${too loud} =    Amplify Sound File    clipped.wav    ${PROMPT}    24
    ${clean caller}    ${clean callee} =    Start Two Agents    clean
    ${lossy caller}    ${lossy callee} =    Start Two Agents    lossy
    ${clipped caller}    ${clipped callee} =    Start Two Agents    clipped
    ${relay} =    Start Relay    ${lossy caller}    ${lossy callee}
    The Way To    lossy-callee    loss=10
    Connect To    ${clean caller}    ${clean callee.uri}    ${clean callee}
    Connect To    ${lossy caller}    ${relay}    ${lossy callee}
    Connect To    ${clipped caller}    ${clipped callee.uri}    ${clipped callee}
    Send Audio    ${clean caller}    file:${as it is}
    Send Audio    ${lossy caller}    file:${as it is}
    Send Audio    ${clipped caller}    file:${too loud}
    ${clean} =    Get Speech Quality    ${clean callee}    >    3    reference=${PROMPT}    timeout=30s
    ${lossy} =    Get Speech Quality    ${lossy callee}    reference=${PROMPT}    timeout=30s
    ${clipped} =    Get Speech Quality    ${clipped callee}    reference=${PROMPT}    timeout=30s
    Packets Should Have Been Lost
    Should Be True    ${clean} > ${lossy} + 0.2
    Should Be True    ${clean} > ${clipped} + 0.2
    ${clean} =    Get Speech Quality    ${clean callee}    field=plcmos
    ${lossy} =    Get Speech Quality    ${lossy callee}    field=plcmos
    ${clipped} =    Get Speech Quality    ${clipped callee}    field=plcmos
    Should Be True    ${clean} > ${lossy} + 0.2
    Should Be True    ${clean} > ${clipped} + 0.2
