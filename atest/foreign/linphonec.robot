*** Settings ***
Documentation       Calls with a phone that is not baresip: linphonec. It offers media at an address that is not
...                 the agent's, unless the baresip of this run talks with none but its own.
Resource            foreign.resource
Suite Setup         Choose Linphonec


*** Variables ***
${PHONE}        linphonec
${REFUSED}      refused


*** Test Cases ***
An Agent Calls And Hangs Up
    foreign.An Agent Calls And Hangs Up

The Phone Calls And Hangs Up
    foreign.The Phone Calls And Hangs Up

An Agent Hangs Up The Phone's Call
    foreign.An Agent Hangs Up The Phone's Call

The Phone Hangs Up The Agent's Call
    foreign.The Phone Hangs Up The Agent's Call

The Phone Refuses
    foreign.The Phone Refuses

An Agent Refuses
    foreign.An Agent Refuses

The Caller Cancels
    foreign.The Caller Cancels

Digits Travel Both Ways
    foreign.Digits Travel Both Ways

The Phone Holds
    foreign.The Phone Holds

An Agent Holds
    foreign.An Agent Holds

An Agent Transfers The Phone
    foreign.An Agent Transfers The Phone

The Phone Transfers An Agent
    foreign.The Phone Transfers An Agent

An Agent Connects The Phone With Another Agent
    foreign.An Agent Connects The Phone With Another Agent


*** Keywords ***
Choose Linphonec
    ${able} =    Can    OTHER_ADDRESSES
    IF    not ${able}    VAR    ${PHONE}    linphonec at loopback    scope=SUITE
