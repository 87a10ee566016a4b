*** Settings ***
Documentation       Needs the same account as its sister, at the same time.
Resource            leased.resource


*** Test Cases ***
A Phone With A Leased Account
    Register With A Leased Account
