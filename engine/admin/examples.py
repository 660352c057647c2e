"""The texts that a new path and a new on-ramp start from."""

PATH = """\
# yaml-language-server: $schema=../schema/path-1.json
schema: rampart/path@1
id: {id}  # never changes
title: "{title}"
status: draft                      # draft: never sent; active; retired
audience: {{ roles: [], levels: [] }}    # whom it is for, by the slugs of roles and levels
pace: {{ retention: 0.9, new_skills_per_week: 3, minutes_per_workday: 6 }}
skills:
  - id: first-skill                # lower-case letters, digits, hyphens; never changed, never reused
    title: What a person can do after this
    idea: >                        # two to four sentences that teach it; the first rep carries them
      Say what it is, why it matters, and how to do it.
    exercises:                     # at least two that ask the same skill differently
      - id: first-exercise
        kind: choice               # choice, judge, estimate, recall or do
        ai: off                    # off: without AI; coach: AI may explain, not produce; free
        minutes: 2
        prompt: What do you ask?
        options:
          - {{ id: a, text: "One answer", correct: true, why: "Why it is right." }}
          - {{ id: b, text: "Another", why: "Why it is not." }}
      - id: second-exercise
        kind: recall
        ai: off
        prompt: Ask for the same skill in another way.
        answer: What a good answer says.
"""

ON_RAMP = """\
# yaml-language-server: $schema=../schema/on-ramp-1.json
schema: rampart/on-ramp@1
id: {id}  # never changes
title: "{title}"
summary: What the work is, and what somebody learns by doing it.
status: draft                      # draft: nothing is kept for anybody; active; retired
learners: {{ roles: [], levels: [] }}    # whom such tasks are kept for, by the slugs of roles and levels
skills: []                         # what the work practises, by the ids of skills that paths teach
match: {{ labels: [{id}], teams: [] }}  # any of the labels, in these teams; without teams in every team
reps: {{ minimum: 3, window_days: 90 }}  # each learner should lead this many
hold: {{ working_hours: 16, typical_hours: 4, offer_hours: 4 }}    # how long a task waits for a learner
supervised: 2                      # the first ones need a supervisor
off_first: 2                       # the first ones are done without AI, unless the learner says why not
graduates_after: 8                 # so many led, the last three good, and it is kept for others
agents: needs_approval             # or never
in_progress_max: 2
approval: {{ remind_after_hours: 2, deputy_after_hours: 4, expire_after_hours: 8 }}
# recurs: {{ every: week, on: mon, at: "09:00", due_after_hours: 24 }}   # when the task comes by itself
"""
