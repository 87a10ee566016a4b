*** Settings ***
Documentation       The files for pipelines do what they say: their shell lines run, and what they keep is there.
Library             OperatingSystem
Library             XML
Library             Pipelines.py
Test Tags           once on embedded: a pipeline runs suites whatever their backend


*** Test Cases ***
What GitHub Actions Runs Keeps Its Results
    [Documentation]    One test of the project is to fail, so the line has the code 1. The line before it, which
    ...    installs the requirements, runs in a new environment: .ci/package.py.
    ${project} =    Lay Out Project    ${OUTPUT DIR}/projects/github
    ${lines} =    Lines Of    github-actions.yml
    ${code} =    Run Line    ${project}    ${lines}[1]
    Should Be Equal    ${code}    ${1}
    ${artifacts} =    Artifacts Of    github-actions.yml
    Results Should Be In    ${project}/${artifacts}

The Others Have The Same Lines
    [Documentation]    Jenkins has only the last of them, as its Containerfile has done the others.
    ${lines} =    Lines Of    github-actions.yml
    Length Should Be    ${lines}    2
    ${others} =    Lines Of    gitlab-ci.yml
    Should Be Equal    ${others}    ${lines}
    ${others} =    Lines Of    Jenkinsfile
    Should Be Equal    ${others}    ${lines[1:]}
    ${command} =    Command Of Container
    Should Be Equal    ${{' '.join($command)}}    ${lines}[1]

All Keep The Same Results
    FOR    ${file}    IN    github-actions.yml    gitlab-ci.yml    Jenkinsfile
        ${artifacts} =    Artifacts Of    ${file}
        Should Be Equal    ${artifacts}    results/
    END

A Container Needs No Root, No Writable File System And No Tini
    ${project} =    Lay Out Project    ${OUTPUT DIR}/projects/container
    ${command} =    Command Of Container
    ${code} =    Run In Container    ${project}    ${command}
    Should Be Equal    ${code}    ${1}
    Results Should Be In    ${project}/results


*** Keywords ***
Results Should Be In
    [Documentation]    Two tests passed, and of the one that failed there are recordings and a capture.
    [Arguments]    ${folder}
    File Should Exist    ${folder}/log.html
    ${xunit} =    Parse Xml    ${folder}/xunit.xml
    Element Attribute Should Be    ${xunit}    tests    3
    Element Attribute Should Be    ${xunit}    failures    1
    File Should Exist    ${folder}/recordings/*/*/*.wav
    File Should Exist    ${folder}/sip-traces/*/*.pcap
