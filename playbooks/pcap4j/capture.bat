@echo off
rem Captures five packets with Pcap4J's sample Loop, which lists the network interfaces first.
rem An argument is a filter, such as icmp.
java -cp "%~dp0lib\*" org.pcap4j.sample.Loop %*
