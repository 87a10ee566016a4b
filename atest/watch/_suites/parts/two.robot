*** Settings ***
Documentation       Part two of a run.
Library             BaresipLibrary


*** Test Cases ***
Part two
    Get State Of Nobody


*** Keywords ***
Get State Of Nobody
    Run Keyword And Expect Error    There is no agent*    Get State    nobody
