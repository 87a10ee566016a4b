*** Settings ***
Documentation       The metrics of a run, as Prometheus' own programs read them.
Resource            ../resources/backend.resource
Library             Collections
Library             OperatingSystem
Library             String
Library             ../resources/ChildRun.py
Library             Fifo.py
Library             Monitoring.py


*** Variables ***
${SUITE}    ${CURDIR}/_suites/monitored.robot
${LISTENER}    BaresipLibrary.Metrics


*** Test Cases ***
A File Has The Calls And Tests Of A Run
    ${folder} =    New Folder    file
    Run Suite    ${SUITE}    --listener    ${LISTENER}:${folder}/phones.prom:labels=site=lisbon,line=2
    ${text} =    Get File    ${folder}/phones.prom
    Promtool Should Accept    check metrics    text=${text}
    Calls Should Be Counted    ${text}
    FOR    ${status}    IN    passed    skipped    failed
        Value Should Be    ${text}    1    baresip_tests_total    status=${status}    suite=Monitored
    END
    Calls Should Be Measured    ${text}
    Log File Should Say The Run Ended    ${text}
    ${files} =    List Directory    ${folder}
    Should Be Equal    ${files}    ${{['phones.prom']}}
    # Without the values, in which any digits may stand.
    ${named} =    Replace String Using Regexp    ${text}    (?m)\\s\\S+$    ${EMPTY}
    FOR    ${word}    IN    open-sesame    4711    1001    alice    sip:    Refused
        Should Not Contain    ${named}    ${word}
    END
    ${sites} =    Get Label Values    ${text}    site
    Should Be Equal    ${sites}    ${{['lisbon']}}

Agents And Tests Are Labels Where They Are Asked For
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${folder} =    New Folder    by
    Run Suite    ${SUITE}    --listener    ${LISTENER}:${folder}:by=agent,test
    ${text} =    Get File    ${folder}/baresip-Monitored.prom
    Promtool Should Accept    check metrics    text=${text}
    Value Should Be    ${text}    1    baresip_calls_total    agent=bob    outcome=cancelled
    ...    test=Monitored.Cancelled
    Value Should Be    ${text}    1    baresip_tests_total    test=Monitored.Cancelled    status=skipped

A Node Exporter Reads What Runs Side By Side Have Written
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${folder} =    New Folder    parts
    Run In Parallel    ${CURDIR}/_suites/parts    --listener    ${LISTENER}:${folder}
    ${files} =    List Directory    ${folder}
    Length Should Be    ${files}    2
    ${url} =    Start Node Exporter    ${folder}
    ${text} =    Get Metrics    ${url}
    Value Should Be    ${text}    0    node_textfile_scrape_error
    Value Should Be    ${text}    2    baresip_tests_total    status=passed
    ${suites} =    Get Label Values    ${text}    suite
    Should Be Equal    ${suites}    ${{['Parts.One', 'Parts.Two']}}

Runs Side By Side Do Not Overwrite One File
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${folder} =    New Folder    shared
    Run In Parallel    ${CURDIR}/_suites/parts    --listener    ${LISTENER}:${folder}/all.prom
    Directory Should Be Empty    ${folder}

A Pushgateway Keeps The Metrics Of Each Run
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${url} =    Start Pushgateway
    ${gateway} =    Remove String    ${url}    /metrics
    VAR    ${push}    ${LISTENER};push=${gateway};job=night
    Run Suite    ${SUITE}    --listener    ${push}    --test    Nobody There
    Run Suite    ${SUITE}    --listener    ${push};labels=site=lisbon    --test    Nobody There
    ${text} =    Get Metrics    ${url}
    Value Should Be    ${text}    2    baresip_tests_total    status=failed    job=night    suite=Monitored
    Value Should Be    ${text}    1    baresip_tests_total    status=failed    site=lisbon

A Pushgateway That Is Not There Fails No Test
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/parts/one.robot
    ...    --listener    ${LISTENER};push=127.0.0.1:1
    All Tests Should Have Passed
    Wait Until Console Says    ${run}    The metrics could not be pushed to http://127.0.0.1:1: Connection refused.

Settings That Are Refused Fail No Test And Show No Traceback
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/parts/one.robot    --listener    ${LISTENER}:/nowhere/phones.prom
    All Tests Should Have Passed
    Wait Until Console Says    ${run}    The metrics cannot be written: there is no folder /nowhere.
    Should Not Contain    ${{$run.console.decode()}}    Traceback

Metrics Are Served While A Run Goes On
    ${folder} =    New Folder    served
    ${fifo} =    Make Fifo    ${folder}/fifo
    ${run} =    Start Run    ${SUITE}    --listener    ${LISTENER}:serve=0
    ...    --variable    FIFO:${fifo}    --test    Established And Refused
    Wait Until Console Says    ${run}    The calls are over.
    ${url} =    Evaluate    re.search(rb'http://127[.]0[.]0[.]1:\\d+/metrics', $run.console)[0].decode()
    ${text} =    Get Metrics    ${url}
    Promtool Should Accept    check metrics    text=${text}
    Value Should Be    ${text}    1    baresip_calls_total    outcome=refused    direction=outgoing
    Value Should Be    ${text}    0    baresip_tests_total    status=passed
    Openmetrics Should Be Served    ${url}
    Read From Fifo    ${fifo}
    Wait For End    ${run}
    All Tests Should Have Passed


*** Keywords ***
New Folder
    [Arguments]    ${name}
    VAR    ${folder}    ${OUTPUT DIR}/metrics-${BACKEND}/${name}
    Create Directory    ${folder}
    Empty Directory    ${folder}
    RETURN    ${folder}

Value Should Be
    [Arguments]    ${text}    ${expected}    ${name}    &{labels}
    ${value} =    Get Value    ${text}    ${name}    &{labels}
    Should Be Equal As Numbers    ${value}    ${expected}

Calls Should Be Counted
    [Arguments]    ${text}    &{labels}
    FOR    ${direction}    IN    incoming    outgoing
        Value Should Be    ${text}    1    baresip_calls_total    direction=${direction}
        ...    outcome=established    code=200    &{labels}
        Value Should Be    ${text}    1    baresip_calls_total    direction=${direction}
        ...    outcome=refused    code=486    &{labels}
        Value Should Be    ${text}    1    baresip_calls_total    direction=${direction}
        ...    outcome=cancelled    code=487    &{labels}
    END

Calls Should Be Measured
    [Arguments]    ${text}
    Value Should Be    ${text}    3    baresip_session_request_delay_seconds_count
    Value Should Be    ${text}    1    baresip_call_setup_seconds_count
    Value Should Be    ${text}    2    baresip_session_duration_seconds_count
    Value Should Be    ${text}    1    baresip_session_disconnect_delay_seconds_count
    ${bad} =    Get Value    ${text}    baresip_call_mos_bucket    le=3.6
    Should Be True    ${bad} <= 0
    ${scored} =    Get Value    ${text}    baresip_call_mos_count
    Should Be True    ${scored} >= 1 or $BACKEND == 'external'    The external one reports less often.
    ${delays} =    Get Value    ${text}    baresip_session_request_delay_seconds_sum
    ${setup} =    Get Value    ${text}    baresip_call_setup_seconds_sum
    Should Be True    0 < ${delays} and 0 < ${setup} < 10

Log File Should Say The Run Ended
    [Arguments]    ${text}
    ${began} =    Get Value    ${text}    baresip_run_start_timestamp_seconds
    ${ended} =    Get Value    ${text}    baresip_run_end_timestamp_seconds
    Should Be True    0 <= time.time() - ${ended} < 600 and 0 < ${ended} - ${began} < 600
