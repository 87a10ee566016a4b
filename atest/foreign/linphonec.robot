*** Settings ***
Documentation       Calls with a phone that is not baresip: linphonec.
Resource            foreign.resource


*** Variables ***
${PHONE}        linphonec
${REFUSED}      refused


*** Test Cases ***
An Agent Calls And Hangs Up
    foreign.An Agent Calls And Hangs Up

The Phone Calls And Hangs Up
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.The Phone Calls And Hangs Up

An Agent Hangs Up The Phone's Call
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.An Agent Hangs Up The Phone's Call

The Phone Hangs Up The Agent's Call
    foreign.The Phone Hangs Up The Agent's Call

The Phone Refuses
    foreign.The Phone Refuses

An Agent Refuses
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.An Agent Refuses

The Caller Cancels
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.The Caller Cancels

Digits Travel Both Ways
    foreign.Digits Travel Both Ways

The Phone Holds
    foreign.The Phone Holds

An Agent Holds
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.An Agent Holds

An Agent Transfers The Phone
    foreign.An Agent Transfers The Phone

The Phone Transfers An Agent
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.The Phone Transfers An Agent

An Agent Connects The Phone With Another Agent
    [Documentation]    linphonec offers media at an address that is not the agent's.
    Needs    OTHER_ADDRESSES
    foreign.An Agent Connects The Phone With Another Agent
