import { testScenarios } from './scenarios.ts';

testScenarios('slow');
