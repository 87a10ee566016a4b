*** Settings ***
Documentation       The commands of docs/watch.md do what the page says.
Resource            ../resources/backend.resource
Library             OperatingSystem
Library             String
Library             Monitoring.py


*** Variables ***
&{PORT}      serve\=9123=serve\=0


*** Test Cases ***
What The Page Shows Works
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    VAR    ${folder}    ${OUTPUT DIR}/watch-page
    Create Directory    ${folder}
    Empty Directory    ${folder}
    Create Directory    ${folder}/prom
    Copy File    ${CURDIR}/_suites/parts/one.robot    ${folder}/tests/one.robot
    ${gateway} =    Start Pushgateway
    ${address} =    Fetch From Right    ${gateway.removesuffix('/metrics')}    /
    ${collector} =    Start Collector
    ${count} =    Run What The Page Shows    ${folder}    ${folder}/prom/    localhost:9091=${address}
    ...    http://localhost:4318=${collector}    &{PORT}
    Should Be Equal As Integers    ${count}    4
    ${text} =    Get File    ${folder}/prom/baresip-Tests.One.prom
    Promtool Should Accept    check metrics    text=${text}
    ${pushed} =    Get Metrics    ${gateway}
    Should Contain    ${pushed}    job="phones"
    ${spans} =    Get Spans
    Should Be Equal    ${spans}[0][service]    phones
