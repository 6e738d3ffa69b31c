# frozen_string_literal: true

require_relative "spec_helper"

RSpec.describe VagrantPlugins::Provision::Run do
  def run(script, variables = {})
    lines = []
    tool = described_class.new(["ruby", "-e", script], environment: { "GIVEN" => "x" },
                                                       variables: variables)
    [tool.each_line { |line| lines << line.chomp }, lines, tool.report]
  end

  it "feeds variables, hears both outputs, and gives the exit code" do
    script = 'puts ENV["GIVEN"]; puts STDIN.read; warn "trouble"; exit 7'
    expect(run(script, { "a" => 1 })).to eq([7, ["x", '{"a":1}'], ["trouble"]])
  end

  it "bears a tool that never reads, and one that a signal ends" do
    expect(run("exit 2", { "big" => "x" * 1_000_000 }).first).to eq(2)
    expect(run('Process.kill("KILL", Process.pid); sleep').first).to eq(137)
  end

  it "keeps the last lines of a long report" do
    code, _, report = run("100.times { |n| warn n }")
    expect([code, report.length, report.last]).to eq([0, described_class::KEPT, "99"])
  end
end
