"""A third rung that stays in the house, and waits for the intervention that the second has asked for."""

ESCALATING = """
      - id: escalation
        step: 12
        wait: 5 workdays
        when: intervention == "no_agreement" or intervention == "agreement_broken" or intervention_overdue
        do:
          - task: decide-on-case
            assign: administration_manager
        sets: { case_status: with_administration }
"""
