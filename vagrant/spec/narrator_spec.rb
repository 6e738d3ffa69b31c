# frozen_string_literal: true

require_relative "spec_helper"

RSpec.describe VagrantPlugins::Provision::Narrator do
  let(:said) { [] }
  let(:interface) do
    lines = said
    Class.new do
      %i[info detail warn error success].each do |kind|
        define_method(kind) { |text, **_options| lines << [kind, text] }
      end
    end.new
  end

  def narrate(event, verbose: false)
    described_class.new(interface, verbose: verbose).notice(JSON.generate(event))
    said
  end

  it "shows what the tool does, and an installer's lines only when asked to" do
    line = { event: "task_progress", kind: "output", text: "Installing...", elapsed: 3725.4 }
    expect(narrate(line)).to be_empty
    expect(narrate(line, verbose: true)).to eq([[:detail, "1:02:05 Installing..."]])
  end

  it "lets no text of the host drive the terminal" do
    event = { event: "task_progress", kind: "error", text: "a\e[31mb\u0007\nc", elapsed: 1 }
    expect(narrate(event)).to eq([[:detail, "0:01 a [31mb c"]])
  end

  it "shows a failure with its reason" do
    event = { event: "task_finished", outcome: "failed", seconds: 61, reason: "exit code 3" }
    expect(narrate(event)).to eq([[:error, "failed after 1:01: exit code 3"]])
  end

  it "passes over what it does not know, and what is no event" do
    narrator = described_class.new(interface, verbose: true)
    ["{\"event\": \"of_tomorrow\"}", "[1]", "not JSON", "{\"event\": \"object_id\"}"].each do |line|
      narrator.notice(line)
    end
    expect(said).to be_empty
    expect(narrator.ending).to be_nil
  end
end
